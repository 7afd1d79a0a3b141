-- What is this device, and when did it report?
SELECT *
FROM fleetmeter.devices
WHERE device_id = {device:String}
