-- Which executables have this word in their path? Those on the most devices.
SELECT executable_id, path, application, version, devices
FROM fleetmeter.executables
WHERE path ILIKE concat('%', {word:String}, '%')
ORDER BY devices DESC
LIMIT 50
