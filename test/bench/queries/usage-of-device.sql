-- What was used on this device in the last ninety days?
SELECT application_id, any(application) AS name, sum(seconds) AS total_seconds, max(day) AS newest
FROM fleetmeter.device_usage_daily
WHERE device_id = {device:String} AND day > today() - 90
GROUP BY application_id
ORDER BY total_seconds DESC
LIMIT 100
