-- Which executables lie below this folder? Those on the most devices.
SELECT executable_id, path, application, version, devices
FROM fleetmeter.executables
WHERE path LIKE concat({folder:String}, '%')
ORDER BY devices DESC
LIMIT 50
