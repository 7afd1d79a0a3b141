-- Which devices have a name like this?
SELECT device_id, hostname, os_name, last_seen
FROM fleetmeter.devices
WHERE hostname LIKE concat({host:String}, '%')
ORDER BY hostname
LIMIT 50
