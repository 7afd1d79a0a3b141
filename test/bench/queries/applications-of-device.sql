-- Which applications are on this device?
SELECT application_id, any(application) AS name, groupUniqArray(version) AS versions, count() AS files
FROM fleetmeter.installations
WHERE device_id = {device:String}
GROUP BY application_id
ORDER BY name
LIMIT 1000
