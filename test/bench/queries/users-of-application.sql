-- Which devices used this application most on this day?
SELECT device_id, version, seconds, launches
FROM fleetmeter.usage_daily
WHERE application_id = {application:String} AND day = {day:Date}
ORDER BY seconds DESC
LIMIT 100
