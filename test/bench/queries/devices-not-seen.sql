-- Which devices have not reported for thirty days?
SELECT device_id, hostname, last_seen
FROM fleetmeter.devices
WHERE last_seen < now() - INTERVAL 30 DAY
ORDER BY last_seen
LIMIT 100
