-- Which executables are on this device?
SELECT executable_id, path, application, version
FROM fleetmeter.installations
WHERE device_id = {device:String}
ORDER BY path
LIMIT 5000
