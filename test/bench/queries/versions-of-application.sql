-- Which versions of this application are there, and on how many devices?
SELECT version, devices, executables
FROM fleetmeter.applications
WHERE application_id = {application:String}
ORDER BY devices DESC
LIMIT 100
