"""How dishwashers fill, spray, heat, drain and soften their water, and what wears in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.appliance import Fault
from simulator.physics.home import Bools, Floats, Homes, Surroundings
from simulator.physics.programme import IDLE, Programme

FAULTS = (
    Fault("heating_track_failure", ("heating",), (6, 20)),
    Fault("drain_blockage", ("drain",), (5, 15)),
    Fault("filter_clogging", ("spray",), (6, 18)),
    Fault("inlet_valve_clogging", ("water_supply",), (6, 18)),
    Fault("sump_seal_leak", ("leak",), (6, 18)),
)

FILL, WASH, RINSE, DRAIN, DRY = range(IDLE + 1, 6)
# A main wash, a cold rinse, a clear rinse and a hot rinse with rinse aid.
SEQUENCE = np.array(
    [IDLE, FILL, WASH, DRAIN, FILL, RINSE, DRAIN, FILL, RINSE, DRAIN, FILL, WASH, DRAIN, DRY]
)
MAIN_WASH, HOT_RINSE = 2, 11  # their places in the sequence
POWER_W = np.array([0.8, 9.0, 8.0, 8.0, 32.0, 4.0])
"""Of electronics, valve, drain pump and fan in each phase; heater and spray pump come on top."""
HOT_RINSE_C, HOT_RINSE_MINUTES = 60.0, 8
COLD_RINSE_MINUTES, DRY_MINUTES = 6, 30
LONGEST_HEATING_MINUTES = 45
HEATER_W = 1900.0
TUB_KJ_PER_K = 6.0
WATER_KJ_PER_L_K = 4.19
DISHES_KJ_PER_K = 11.0  # of a full load, 14 kg of china, glass and steel
LOSS_W_PER_K = 7.0
TEMPS_C = np.array([50.0, 55.0, 65.0])
RINSE_AID_CYCLES = 36.0  # from one filling: 120 mL at a little over 3 mL each
SALT_G = 1300.0
SALT_G_PER_L_DH = 0.06  # that softening a litre by a German degree takes
LOW_PCT = 10.0
REFILL_CHANCE = 1 / (2.5 * 1440)  # that what is low is filled up, a minute
START_CHANCE = 0.03  # that a full machine is started, a minute
AWAKE = 0.3  # activity below which nobody does
TOO_SLOW_L_PER_MIN, TOO_LONG_DRAIN_S, TOO_COOL_K_PER_MIN, TOO_WEAK_W = 0.8, 280, 0.7, 31
PAN_FLOAT_L, PAN_DRIES_L = 0.6, 0.1 / 1440  # trips the float switch; dries up in a minute


class Dishwashers:
    """Machines for 13 place settings, with a turbidity sensor and a water softener."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        units = homes.units
        self._hardness_dh = homes.hardness_dh
        self._dishes_a_minute = (0.4 + 0.17 * homes.occupants) / 1440
        self._valve_l_per_min = 3.6 * (homes.mains_pressure_bar / 3.2) ** 0.3
        self._valve_l_per_min *= rng.normal(1, 0.04, units)
        self._drain_l_per_min = 10.0 * rng.normal(1, 0.06, units)
        self._heater_w = HEATER_W * rng.normal(1, 0.02, units)
        self._pump_w = 54.0 * rng.normal(1, 0.03, units)
        self._pile = rng.uniform(0, 1, units)
        self._full = np.ones(units)
        self._load, self._soil, self._set_c, self._inlet_c = np.ones((4, units))
        self._programme = Programme(SEQUENCE, ("pump_wh", "pump_h"), units, rng)
        self._tub_c, self._pan_l = np.zeros((2, units))
        self._rinse_aid_pct, self._salt_pct = np.full((2, units), 100.0)
        self._programme.wash_once(self._begin, self.step, FAULTS)
        self._programme.cycles = np.floor(rng.uniform(80, 1800, units))
        self._programme.energy_kwh = 0.9 * self._programme.cycles
        self._rinse_aid_pct, self._salt_pct = rng.uniform(LOW_PCT, 100, (2, units))

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance, noise = self._programme.draw()
        self._pile += self._dishes_a_minute
        idle = self._programme.idle
        keen = (self._pile > self._full) & (around.activity > AWAKE)
        self._begin(idle & keen & (chance[0] < START_CHANCE), around, chance, noise)
        power = self._run(around, levels)
        self._refill(idle, chance[3:])
        self._pan_l = (self._pan_l - PAN_DRIES_L).clip(0, 3)
        self._programme.use(power)

    def report(self) -> dict[str, Floats]:
        """Metric by name, as in the catalogue."""
        return {
            **self._programme.report(),
            "rinse_aid_level_pct": self._rinse_aid_pct.copy(),
            "salt_level_pct": self._salt_pct.copy(),
        }

    def replace(self, consumable: str, unit: int) -> None:
        """Fill rinse aid or salt up."""
        levels = {"rinse_aid": self._rinse_aid_pct, "salt": self._salt_pct}
        if consumable in levels:
            levels[consumable][unit] = 100.0

    def active_codes(self) -> dict[str, Bools]:
        """Fault codes come late: the controller only knows its time-outs and its float switch."""
        return {
            "F1": self._programme.last["fill_flow_l_per_min"] < TOO_SLOW_L_PER_MIN,
            "F2": self._programme.last["drain_s"] > TOO_LONG_DRAIN_S,
            "F3": self._programme.last["heating_k_per_min"] < TOO_COOL_K_PER_MIN,
            "F4": self._programme.last["spray_pump_w"] < TOO_WEAK_W,
            "F8": self._pan_l > PAN_FLOAT_L,
        }

    def _begin(self, starting: Bools, around: Surroundings, chance: Floats, noise: Floats) -> None:
        if not starting.any():
            return
        self._load[starting] = self._pile.clip(0.5, 1.3)[starting]
        self._pile[starting] = (self._pile - 1.3).clip(0, None)[starting]
        self._full[starting] = (0.7 + 0.5 * chance[1])[starting]
        self._soil[starting] = (self._load * np.exp(0.3 * noise[0]))[starting]
        self._set_c[starting] = TEMPS_C[np.searchsorted([0.45, 0.85], chance[2])][starting]
        self._inlet_c[starting] = around.inlet_water_c.clip(2, None)[starting]
        self._tub_c[starting] = around.indoor_c[starting]
        self._programme.begin(starting, noise)

    def _run(self, around: Surroundings, levels: Mapping[str, Floats]) -> Floats:
        phase = self._programme.phase
        power: Floats = POWER_W[phase]
        if not self._programme.running:
            return power
        self._programme.minutes += 1
        warm, cold = phase == WASH, phase == RINSE
        filled = self._fill(phase == FILL, levels["inlet_valve_clogging"])
        self._leak(warm | cold, levels["sump_seal_leak"])
        target_c = np.where(self._programme.stage == HOT_RINSE, HOT_RINSE_C, self._set_c)
        heater_w = self._heat(warm, target_c, around.indoor_c, levels["heating_track_failure"])
        pump_w = self._spray(warm | cold, levels["filter_clogging"])
        washed = warm & self._washed_enough(target_c)
        rinsed = cold & (self._programme.minutes >= COLD_RINSE_MINUTES)
        drained = self._drain(phase == DRAIN, levels["drain_blockage"])
        dried = (phase == DRY) & (self._programme.minutes >= DRY_MINUTES)
        if dried.any():
            self._finish(dried)
        done = filled | washed | rinsed | drained | dried
        self._programme.go_on(done)
        return power + heater_w + pump_w

    def _washed_enough(self, target_c: Floats) -> Bools:
        main = 0.4 * self._set_c + 12 * self._soil
        least = np.where(self._programme.stage == MAIN_WASH, main, HOT_RINSE_MINUTES)
        warm = (self._tub_c > target_c - 2) | (self._programme.minutes >= LONGEST_HEATING_MINUTES)
        enough: Bools = warm & (self._programme.minutes >= least)
        return enough

    def _fill(self, filling: Bools, clogged: Floats) -> Bools:
        """Take in more water for dirtier dishes, through the softener."""
        target_l = (2.9 + 0.35 * self._soil) * (1 + 0.01 * self._programme.noise[1])
        flow = self._valve_l_per_min * (1 + 0.03 * self._programme.noise[2]) * (1 - 0.88 * clogged)
        taken, full = self._programme.fill(filling, target_l, flow)
        cold = WATER_KJ_PER_L_K * taken / self._kj_per_k()
        self._tub_c += cold * (self._inlet_c - self._tub_c)
        softened_g = SALT_G_PER_L_DH * taken * self._hardness_dh
        self._salt_pct = (self._salt_pct - 100 / SALT_G * softened_g).clip(0, None)
        return full

    def _kj_per_k(self) -> Floats:
        return (
            TUB_KJ_PER_K + DISHES_KJ_PER_K * self._load + WATER_KJ_PER_L_K * self._programme.water_l
        )

    def _leak(self, spraying: Bools, torn: Floats) -> None:
        """Make up at once what is lost; a little of that gathers in the base."""
        lost = np.where(spraying, 0.07 * torn, 0.0)
        self._pan_l += 0.06 * lost
        self._programme.sums["filled_l"] += lost
        self._programme.sums["fill_minutes"] += lost / self._valve_l_per_min

    def _heat(self, hot: Bools, target_c: Floats, indoor_c: Floats, failed: Floats) -> Floats:
        """Heat with the tracks that are left; they fail one by one."""
        on = hot & (self._tub_c < target_c - 0.01)
        on &= self._programme.minutes <= LONGEST_HEATING_MINUTES
        watts = self._heater_w * (1 + 0.015 * self._programme.noise[3]) * (1 - 0.8 * failed)
        loss_k = LOSS_W_PER_K * (self._tub_c - indoor_c) * 0.06 / self._kj_per_k()
        gain_k = (watts * 0.06 / self._kj_per_k() - loss_k).clip(1e-3, None)
        share = self._programme.heat(on, target_c - self._tub_c, gain_k)
        self._tub_c += np.where(on, gain_k * share, -loss_k)
        power: Floats = watts * share
        return power

    def _spray(self, spraying: Bools, clogged: Floats) -> Floats:
        """Through a clogged filter the pump moves less water, and so takes less power."""
        load = (
            (0.5 + 0.5 * (1 - clogged))
            * (1 - 0.03 * self._soil)
            * (1 + 0.012 * self._programme.noise[4])
        )
        power = np.where(spraying, self._pump_w * load, 0.0)
        self._programme.sums["pump_wh"] += power / 60
        self._programme.sums["pump_h"] += spraying / 60
        return power

    def _drain(self, draining: Bools, blocked: Floats) -> Bools:
        flow = self._drain_l_per_min * (1 + 0.03 * self._programme.noise[5]) * (1 - 0.85 * blocked)
        return self._programme.drain(draining, flow)

    def _finish(self, ended: Bools) -> None:
        sums = self._programme.sums
        measured = {
            "wash_temp_c": self._set_c,
            "inlet_temp_c": self._inlet_c,
            "turbidity_ntu": 60 * self._soil,
            "water_l": sums["filled_l"],
            "fill_flow_l_per_min": self._programme.rate("filled_l", "fill_minutes"),
            "heating_k_per_min": self._programme.rate("heated_k", "heat_minutes"),
            "drain_s": sums["drain_s"],
            "spray_pump_w": self._programme.rate("pump_wh", "pump_h", least=1 / 60),
        }
        self._programme.finish(ended, measured)
        self._rinse_aid_pct = (self._rinse_aid_pct - ended * 100 / RINSE_AID_CYCLES).clip(0, None)

    def _refill(self, idle: Bools, chance: Floats) -> None:
        willing = idle & (chance < REFILL_CHANCE)
        self._rinse_aid_pct[willing[0] & (self._rinse_aid_pct <= LOW_PCT)] = 100.0
        self._salt_pct[willing[1] & (self._salt_pct <= LOW_PCT)] = 100.0
