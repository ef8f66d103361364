"""How reverse osmosis purifiers under the sink make water, and what wears in them.

Pressures, flows and solids are those of the running machine: averages over the time in which it
made water, held while it stands by.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.appliance import Averages, Fault
from simulator.physics.home import Bools, Floats, Homes, Surroundings
from simulator.physics.supply import TrueLife

FAULTS = (
    Fault("membrane_fouling", ("slow_flow", "water_quality"), (7, 22)),
    Fault("membrane_breach", ("water_quality",), (6, 20)),
    Fault("pump_wear", ("pump", "slow_flow"), (7, 22)),
    Fault("sediment_clogging", ("prefilter",), (5, 15)),
    Fault("flush_valve_leak", ("waste",), (6, 18)),
)

STANDBY, MAKING, FLUSHING = range(3)
STANDBY_W, VALVES_W = 1.5, 9.0
PUMP_HEAD_KPA = 580.0  # at no flow
PUMP_SLOPE_KPA_PER_L_MIN = 40.0
PUMP_EFFICIENCY = 0.42
FILTER_KPA_PER_L_MIN = 9.0  # of a new PP cotton and carbon
MEMBRANE_L_PER_MIN_KPA = 1.6 / 620  # 600 gallons a day at 25 °C
WARMTH_PER_K = 0.028  # warmer water is thinner
OSMOTIC_KPA_PER_PPM = 0.075
CONCENTRATION = 1.45  # mean of the feed's solids along the membrane, over those of the inlet
SALT_PASSAGE = 0.045  # at 1 L/min
RESTRICTOR_L_PER_MIN = 0.034  # waste, times the root of the pressure in kPa
LIFE_L = {"pp_cotton": 1600.0, "carbon": 3200.0, "membrane": 10800.0}
"""Litres of purified water that a filter lasts for with ordinary water."""
PP_COTTON, MEMBRANE = 0, 2
"""Their places among them."""
SPENT_PCT = 3.0
COTTON_LASTS = 0.8
"""Share of its rated litres after which PP cotton is stopped up, with ordinary water."""
COTTON_BY_TDS = 0.25
"""It is less in harder water: sediment and scale come together."""
REPLACE_CHANCE = 1 / (4 * 1440)  # that a spent filter is replaced, a minute
SENSOR_NOISE = {
    "inlet_tds_ppm": 0.015,
    "permeate_tds_ppm": 0.06,
    "feed_temp_c": 0.01,
    "inlet_pressure_kpa": 0.01,
    "prefilter_pressure_kpa": 0.01,
    "membrane_pressure_kpa": 0.01,
    "permeate_flow_l_per_min": 0.02,
    "waste_flow_l_per_min": 0.02,
}
"""Relative, from minute to minute, of what only a running machine measures."""
NOISE_SHARES = np.array(list(SENSOR_NOISE.values()))[:, np.newaxis]
FLUSH_MINUTE = 180  # at three in the night
TAP_CHANCE = 0.016  # of a draw, a minute at activity 1
TOO_LOW_INLET_KPA, TOO_LOW_FLOW, TOO_LOW_PUMP_KPA = 40.0, 0.25, 350.0


class WaterPurifiers:
    """Tankless purifiers: PP cotton, carbon, booster pump and membrane."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        units, self._rng = homes.units, rng
        self._mains_kpa = 100 * homes.mains_pressure_bar.clip(1.8, 4.5)
        self._tds_ppm = homes.tds_ppm
        harshness = {
            "pp_cotton": homes.dust.clip(0.6, 1.8),
            "carbon": np.ones(units),
            "membrane": (homes.hardness_dh / 12).clip(0.7, 2),
        }
        self._wear_pct_per_l = np.array([100 / LIFE_L[name] * harshness[name] for name in LIFE_L])
        self._pump = rng.normal(1, 0.03, units)
        self._membrane = rng.normal(1, 0.05, units)
        self._passage = rng.lognormal(0, 0.15, units)
        self._pressure_drift, self._tds_drift = np.zeros((2, units))
        self._wanted_l, self._share, self._produced_l = np.zeros((3, units))
        self._draws_l = rng.uniform(0.8, 1.6, units)
        self._state = np.zeros(units)
        self._flow, self._waste = np.full((2, units), 1.0)
        self._life_pct = rng.uniform(SPENT_PCT, 100, (len(LIFE_L), units))
        self._averages, self._running = Averages(), Averages()
        self._held = np.zeros((len(SENSOR_NOISE), units))
        self._prefilter_kpa, self._membrane_kpa = np.zeros((2, units))
        usual = COTTON_LASTS * (homes.tds_ppm / 260) ** -COTTON_BY_TDS
        self._cotton = TrueLife(usual, rng)
        used_pct = np.minimum(self._cotton.share, 1) * (100 - self._life_pct[PP_COTTON])
        self._life_pct[PP_COTTON] = 100 - used_pct
        self._start_used(units)
        self._produced_l = rng.uniform(200, 9000, units)

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance = self._rng.random((4, self._share.size))
        noise = self._rng.standard_normal((3 + len(SENSOR_NOISE), self._share.size))
        self._drift(noise)
        tapped = chance[0] < TAP_CHANCE * around.activity
        self._wanted_l += tapped * self._draws_l * np.exp(0.5 * noise[2])
        feed_c = (around.inlet_water_c + 0.15 * (around.indoor_c - around.inlet_water_c)).clip(
            2, 40
        )
        running = self._run(feed_c, levels)
        made_l = np.minimum(self._wanted_l, self._flow)
        self._share = made_l / self._flow
        self._wanted_l = (self._wanted_l - made_l).clip(0, 20)
        self._produced_l += made_l
        self._wear(made_l, chance[1:])
        self._measure(running, noise[3:], flushing=around.minute == FLUSH_MINUTE)

    def report(self) -> dict[str, Floats]:
        """Metric by name; a machine that made no water holds what it last measured."""
        sums = self._running.take()
        made = sums["share"] > 0
        share = np.where(made, sums["share"], 1.0)
        self._held = np.where(made, sums["weighted"] / share, self._held)
        life = zip((f"{name}_life_pct" for name in LIFE_L), self._life_pct.copy(), strict=True)
        return {
            **self._averages.take(),
            **dict(zip(SENSOR_NOISE, self._held.copy(), strict=True)),
            **dict(life),
            "run_state": self._state.copy(),
            "produced_l": self._produced_l.copy(),
        }

    def replace(self, consumable: str, unit: int) -> None:
        """Put a new cartridge in."""
        if consumable in LIFE_L:
            position = list(LIFE_L).index(consumable)
            self._life_pct[position, unit] = 100.0
            if position == PP_COTTON:
                self._cotton.renew(np.arange(self._life_pct.shape[1]) == unit)

    def active_codes(self) -> dict[str, Bools]:
        """Fault codes come late: the controller only has two pressure switches and a flow meter."""
        return {
            "E1": self._prefilter_kpa < TOO_LOW_INLET_KPA,
            "E2": self._membrane_kpa < TOO_LOW_PUMP_KPA,
            "E4": self._flow < TOO_LOW_FLOW,
        }

    def _start_used(self, units: int) -> None:
        """No purifier is so new that it never made water: it fills a jug in mild weather."""
        healthy = dict.fromkeys((fault.name for fault in FAULTS), np.zeros(units))
        mild_c = np.full(units, 15.0)
        for _ in range(10):
            running = self._run(mild_c, healthy)
        self._share = np.ones(units)
        self._measure(running, np.zeros((len(SENSOR_NOISE), units)), flushing=False)
        self.report()
        self._share = np.zeros(units)

    def _drift(self, noise: Floats) -> None:
        """Let pressure and solids wander: neighbours draw water, the works blend their wells."""
        self._pressure_drift += -self._pressure_drift / 180 + 1.6 * noise[0]
        self._tds_drift += -self._tds_drift / 1440 + 0.0015 * noise[1]

    def _run(self, feed_c: Floats, levels: Mapping[str, Floats]) -> Floats:
        """What `SENSOR_NOISE` names, of the running machine, from the flows a minute before."""
        drawn = self._flow + self._waste
        inlet_kpa = self._mains_kpa + self._pressure_drift
        lost_kpa = self._filter_resistance(levels["sediment_clogging"]) * drawn
        self._prefilter_kpa = (inlet_kpa - lost_kpa).clip(0, None)
        head = PUMP_HEAD_KPA * self._pump * (1 - 0.85 * levels["pump_wear"])
        lift_kpa = (head - PUMP_SLOPE_KPA_PER_L_MIN * drawn).clip(0, None)
        self._membrane_kpa = self._prefilter_kpa + lift_kpa
        inlet_ppm = self._tds_ppm * (1 + self._tds_drift.clip(-0.3, 0.3))
        warmth = np.exp(WARMTH_PER_K * (feed_c - 25))
        self._flow = self._permeate_l_per_min(inlet_ppm, warmth, levels["membrane_fouling"])
        opening = RESTRICTOR_L_PER_MIN * (1 + 1.2 * levels["flush_valve_leak"])
        self._waste = opening * np.sqrt(self._membrane_kpa)
        permeate_ppm = self._permeate_ppm(inlet_ppm, warmth, levels["membrane_breach"])
        pressures = inlet_kpa, self._prefilter_kpa, self._membrane_kpa
        return np.array([inlet_ppm, permeate_ppm, feed_c, *pressures, self._flow, self._waste])

    def _filter_resistance(self, clogged: Floats) -> Floats:
        pp_cotton, carbon, _ = 1 - self._life_pct / 100
        aged = 1 + 1.5 * pp_cotton**2 + 0.8 * carbon**2
        kpa_per_l_min: Floats = FILTER_KPA_PER_L_MIN * aged + 150 * clogged
        return kpa_per_l_min

    def _permeate_l_per_min(self, inlet_ppm: Floats, warmth: Floats, fouled: Floats) -> Floats:
        osmotic_kpa = OSMOTIC_KPA_PER_PPM * CONCENTRATION * inlet_ppm
        driving_kpa = (self._membrane_kpa - osmotic_kpa - 20).clip(30, None)
        aged = 1 - 0.15 * (1 - self._life_pct[MEMBRANE] / 100)
        open_share = self._membrane * aged * (1 - 0.85 * fouled)
        flow: Floats = MEMBRANE_L_PER_MIN_KPA * open_share * warmth * driving_kpa
        return flow

    def _permeate_ppm(self, inlet_ppm: Floats, warmth: Floats, torn: Floats) -> Floats:
        """Solids: those that diffuse through the membrane, and those that a torn seal lets past."""
        passage = SALT_PASSAGE * self._passage * warmth
        along_ppm = CONCENTRATION * inlet_ppm
        permeate_ppm: Floats = along_ppm * (passage / (self._flow + passage) + 0.5 * torn)
        return permeate_ppm

    def _wear(self, made_l: Floats, chance: Floats) -> None:
        self._life_pct = np.maximum(self._life_pct - self._wear_pct_per_l * made_l, 0)
        spent = self._life_pct <= SPENT_PCT
        spent[PP_COTTON] |= self._life_pct[PP_COTTON] <= 100 * (1 - self._cotton.share)
        replaced = spent & (chance < REPLACE_CHANCE)
        self._life_pct[replaced] = 100.0
        self._cotton.renew(replaced[PP_COTTON])

    def _measure(self, running: Floats, noise: Floats, *, flushing: bool) -> None:
        made = self._share > 0
        self._state = np.where(made, MAKING, FLUSHING if flushing else STANDBY).astype(np.float64)
        lift_kpa = self._membrane_kpa - self._prefilter_kpa
        pump_w = lift_kpa * (self._flow + self._waste) / 60 / PUMP_EFFICIENCY
        on = np.maximum(self._share, 0.3 * flushing)
        self._averages.add(power_w=STANDBY_W + on * (VALVES_W + pump_w))
        weighted = self._share * running * (1 + NOISE_SHARES * noise)
        self._running.add(share=self._share, weighted=weighted)
