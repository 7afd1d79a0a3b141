-- Which devices have this application, but did not use it this week? A page of them.
SELECT device_id, version
FROM fleetmeter.application_devices
WHERE application_id = {rareApplication:String} AND device_id NOT IN
  (SELECT device_id FROM fleetmeter.usage_daily WHERE application_id = {rareApplication:String} AND day > today() - 7)
LIMIT 100
