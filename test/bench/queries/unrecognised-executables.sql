-- Which executables on many devices does the catalogue not recognise?
SELECT executable_id, path, devices
FROM fleetmeter.executables
WHERE recognised = 0
ORDER BY devices DESC
LIMIT 50
