-- How was this application used in the last ninety days?
SELECT day, devices, devices_used, seconds, launches
FROM fleetmeter.application_usage_daily
WHERE application_id = {application:String} AND day > today() - 90
ORDER BY day
