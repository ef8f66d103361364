"""How washing machines fill, heat, drain and spin, a few times a week, and what wears in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.appliance import Fault
from simulator.physics.home import Bools, Floats, Homes, Surroundings
from simulator.physics.programme import IDLE, Programme

FAULTS = (
    Fault("drain_pump_clogging", ("drain",), (5, 16)),
    Fault("heater_scaling", ("heating",), (8, 24)),
    Fault("bearing_wear", ("spin",), (8, 28)),
    Fault("inlet_sieve_clogging", ("water_supply",), (6, 18)),
    Fault("drain_valve_leak", ("water_loss",), (6, 18)),
)

FILL, WASH, DRAIN, RINSE, SPIN = range(IDLE + 1, 6)
SEQUENCE = np.array([IDLE, FILL, WASH, DRAIN, FILL, RINSE, DRAIN, FILL, RINSE, DRAIN, SPIN])
POWER_W = np.array([1.2, 14.0, 130.0, 45.0, 130.0, 340.0])
"""Of electronics, valves, pump and motor in each phase; the heater comes on top."""
RINSE_MINUTES = 10
SPIN_MINUTES = 9
LONGEST_HEATING_MINUTES = 90
HEATER_W = 1950.0
HEATER_LIMIT_C = 125.0
"""The element's protector keeps its surface below this."""
DRUM_KJ_PER_K = 6.0
WATER_KJ_PER_L_K = 4.19
COTTON_KJ_PER_KG_K = 1.3
LOSS_W_PER_K = 4.0
TEMPS_C = np.array([30.0, 40.0, 60.0])
SPEEDS_RPM = np.array([800.0, 1000.0, 1200.0, 1400.0])
DRUM_CLEAN_CYCLES = 40
AWAKE = 0.3
"""Activity below which nobody fills a machine."""
START_CHANCE = 0.02
"""That a full basket is washed, a minute."""
CLEAN_CHANCE = 1 / (3 * 1440)
"""That a drum which is due is cleaned, a minute: about three days late."""
TOO_SLOW_L_PER_MIN, TOO_LONG_DRAIN_S, TOO_COOL_K_PER_MIN, TOO_MUCH_MADE_UP_L = 1.8, 700, 0.4, 18


class WashingMachines:
    """Front loaders of 8 kg."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        units = homes.units
        self._laundry_kg_a_minute = (0.35 + 0.75 * homes.occupants) / 1440
        self._valve_l_per_min = (
            8.0 * (homes.mains_pressure_bar / 3.2) ** 0.3 * rng.normal(1, 0.04, units)
        )
        self._pump_l_per_min = 17.0 * rng.normal(1, 0.05, units)
        self._heater_w = HEATER_W * rng.normal(1, 0.02, units)
        self._scale_k_per_w = 0.015 + 0.0005 * homes.hardness_dh
        self._floor = rng.lognormal(0.0, 0.12, units)
        self._favourite = rng.integers(0, len(SPEEDS_RPM), units)
        self._basket_kg = 2.0 + rng.uniform(0, 4, units)
        self._enough_kg = np.full(units, 4.0)
        self._programme = Programme(SEQUENCE, ("made_up_l",), units, rng)
        self._water_c, self._inlet_c, self._since_clean = np.zeros((3, units))
        self._load_kg, self._set_c, self._rpm = np.ones((3, units))
        self._programme.wash_once(self._begin, self.step, FAULTS)
        self._programme.cycles = np.floor(rng.uniform(50, 900, units))
        self._programme.energy_kwh = 0.7 * self._programme.cycles
        self._since_clean = np.floor(rng.uniform(0, DRUM_CLEAN_CYCLES, units))

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance, noise = self._programme.draw()
        self._basket_kg += self._laundry_kg_a_minute
        idle = self._programme.idle
        keen = (self._basket_kg > self._enough_kg) & (around.activity > AWAKE)
        self._begin(idle & keen & (chance[0] < START_CHANCE), around, chance, noise)
        power = self._run(around, levels)
        self._clean_drum(idle & (chance[4] < CLEAN_CHANCE))
        self._programme.use(power)

    def report(self) -> dict[str, Floats]:
        """Metric by name, as in the catalogue."""
        return {**self._programme.report(), "cycles_since_drum_clean": self._since_clean.copy()}

    def replace(self, consumable: str, unit: int) -> None:
        """Clean the drum."""
        if consumable == "drum_clean":
            self._since_clean[unit] = 0.0

    def active_codes(self) -> dict[str, Bools]:
        """Fault codes come late: the controller only knows its time-outs."""
        return {
            "E1": self._programme.last["fill_flow_l_per_min"] < TOO_SLOW_L_PER_MIN,
            "E2": self._programme.last["drain_s"] > TOO_LONG_DRAIN_S,
            "E5": self._programme.last["heating_k_per_min"] < TOO_COOL_K_PER_MIN,
            "E9": self._programme.sums["made_up_l"] > TOO_MUCH_MADE_UP_L,
        }

    def _begin(self, starting: Bools, around: Surroundings, chance: Floats, noise: Floats) -> None:
        if not starting.any():
            return
        self._load_kg[starting] = self._basket_kg.clip(1.2, 8.0)[starting]
        self._basket_kg[starting] = (self._basket_kg - 8.0).clip(0, None)[starting]
        self._enough_kg[starting] = (2.0 + 3.5 * chance[1])[starting]
        self._set_c[starting] = TEMPS_C[np.searchsorted([0.4, 0.85], chance[2])][starting]
        speed = (self._favourite + np.searchsorted([0.8], chance[3])) % len(SPEEDS_RPM)
        self._rpm[starting] = SPEEDS_RPM[speed][starting]
        self._inlet_c[starting] = around.inlet_water_c.clip(2, None)[starting]
        self._programme.begin(starting, noise)

    def _run(self, around: Surroundings, levels: Mapping[str, Floats]) -> Floats:
        phase = self._programme.phase
        power: Floats = POWER_W[phase]
        if not self._programme.running:
            return power
        self._programme.minutes += 1
        filled = self._fill(phase == FILL, levels["inlet_sieve_clogging"])
        self._run_off((phase == WASH) | (phase == RINSE), levels["drain_valve_leak"])
        heater_w = self._heat(phase == WASH, around.indoor_c, levels["heater_scaling"])
        washed = (
            (phase == WASH) & (self._programme.minutes >= 0.6 * self._set_c + 15) & self._warm()
        )
        drained = self._drain(phase == DRAIN, levels["drain_pump_clogging"])
        rinsed = (phase == RINSE) & (self._programme.minutes >= RINSE_MINUTES)
        spun = (phase == SPIN) & (self._programme.minutes >= SPIN_MINUTES)
        if spun.any():
            self._finish(spun, levels["bearing_wear"])
        done = filled | washed | drained | rinsed | spun
        self._programme.go_on(done)
        friction_w = np.where(phase == SPIN, 160 * levels["bearing_wear"], 0.0)
        return power + heater_w + friction_w

    def _fill(self, filling: Bools, clogged: Floats) -> Bools:
        """Water to the level that the laundry asks for: it soaks up some."""
        base_l = np.where(self._programme.stage == 1, 7.0, 10.0)
        target_l = (base_l + 1.3 * self._load_kg) * (1 + 0.015 * self._programme.noise[0])
        flow = self._valve_l_per_min * (1 + 0.03 * self._programme.noise[1]) * (1 - 0.9 * clogged)
        _, full = self._programme.fill(filling, target_l, flow)
        self._water_c = np.where(filling, self._inlet_c, self._water_c)
        return full

    def _run_off(self, holding: Bools, leaking: Floats) -> None:
        """Water that siphons off is made up at once, cold, by the level control."""
        lost = np.where(holding, 0.35 * leaking, 0.0)
        self._programme.sums["made_up_l"] += lost
        self._water_c -= (
            lost / self._programme.water_l.clip(5, None) * (self._water_c - self._inlet_c)
        )

    def _heat(self, washing: Bools, indoor_c: Floats, scaled: Floats) -> Floats:
        """Full power until the scale keeps the heat in the element and its protector cuts in."""
        on = washing & (self._water_c < self._set_c - 0.01)
        on &= self._programme.sums["heat_minutes"] < LONGEST_HEATING_MINUTES
        scale = self._scale_k_per_w + 0.25 * scaled
        most_w = (HEATER_LIMIT_C - self._water_c) / scale
        watts = np.minimum(self._heater_w * (1 + 0.015 * self._programme.noise[2]), most_w)
        kj_per_k = DRUM_KJ_PER_K + COTTON_KJ_PER_KG_K * self._load_kg
        kj_per_k += WATER_KJ_PER_L_K * self._programme.water_l
        loss_w = LOSS_W_PER_K * (self._water_c - indoor_c)
        gain_k = ((watts - loss_w) * 0.06 / kj_per_k).clip(1e-3, None)
        share = self._programme.heat(on, self._set_c - self._water_c, gain_k)
        self._water_c += np.where(
            on, gain_k * share, np.where(washing, -loss_w * 0.06 / kj_per_k, 0)
        )
        power: Floats = watts * share
        return power

    def _warm(self) -> Bools:
        """Warm enough, or the controller has waited long enough."""
        waited = self._programme.sums["heat_minutes"] >= LONGEST_HEATING_MINUTES
        warm: Bools = (self._water_c > self._set_c - 2) | waited
        return warm

    def _drain(self, draining: Bools, clogged: Floats) -> Bools:
        flow = self._pump_l_per_min * (1 + 0.03 * self._programme.noise[3]) * (1 - 0.88 * clogged)
        return self._programme.drain(draining, flow)

    def _finish(self, ended: Bools, worn: Floats) -> None:
        sums = self._programme.sums
        unbalance = np.exp(0.2 * self._programme.noise[4]) * (self._load_kg / 4) ** 0.3
        measured = {
            "load_kg": (self._load_kg + 0.2 * self._programme.noise[5]).clip(0.5, 9),
            "wash_temp_c": self._set_c,
            "inlet_temp_c": self._inlet_c,
            "spin_rpm": self._rpm,
            "water_l": sums["filled_l"] + sums["made_up_l"],
            "fill_flow_l_per_min": self._programme.rate("filled_l", "fill_minutes"),
            "heating_k_per_min": self._programme.rate("heated_k", "heat_minutes"),
            "drain_s": sums["drain_s"],
            "spin_vibration_mm_s": self._floor * (1.2 + 2.2 * unbalance * (self._rpm / 1200) ** 1.5)
            + 11 * worn * (self._rpm / 1200) ** 0.5,
        }
        self._programme.finish(ended, measured)
        self._since_clean += ended

    def _clean_drum(self, willing: Bools) -> None:
        self._since_clean[willing & (self._since_clean >= DRUM_CLEAN_CYCLES)] = 0
