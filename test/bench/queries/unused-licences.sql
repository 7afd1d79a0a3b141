-- On which devices is this application not used, so that its licence can be taken back? A page of them.
SELECT device_id, last_used, days_used, observed_share, interactive_days, installed_since
FROM fleetmeter.application_last_used
WHERE application_id = {rareApplication:String} AND state = 'not used'
ORDER BY last_used NULLS FIRST, device_id
LIMIT 100
