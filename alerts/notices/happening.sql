-- name: about
SELECT
    notice.id, notice.trace, coalesce(appliance.region, household.region) AS region,
    notice.occasion, notice.purpose, notice.language, notice.channel,
    notice.ticket_id AS ticket, notice.device_id AS device, contact.household_id AS household,
    notice.detail AS reason
FROM hearthwatch.notices AS notice
JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
JOIN hearthwatch.households AS household ON household.id = contact.household_id
LEFT JOIN hearthwatch.appliances AS appliance ON appliance.id = notice.device_id
WHERE notice.id = ANY (%(ids)s::bigint[])
ORDER BY notice.id
