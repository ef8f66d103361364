"""A fridge-freezer with one compressor: thermostat, damper, fan, frost, defrost, doors.

Two compartments and an evaporator as lumps of heat; the compressor follows the freezer, a damper
lets cold air through to the fridge. Every fault acts on a conductance, a capacity or a speed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.appliance import Averages, Fault
from simulator.physics.control_board import counted, thermostat
from simulator.physics.defrost import Defrost
from simulator.physics.draws import Draws
from simulator.physics.home import MINUTES_A_DAY, Bools, Floats, Homes, Surroundings
from simulator.physics.sensors import Sensors
from simulator.physics.supply import Supply, TrueLife

FAULTS = (
    Fault("refrigerant_leak", ("poor_cooling", "works_too_hard"), days=(6, 18)),
    Fault("evaporator_fan_worn", ("weak_airflow", "poor_cooling", "works_too_hard"), days=(5, 15)),
    Fault("condenser_clogged", ("condenser_blocked", "works_too_hard"), days=(8, 25)),
    Fault("defrost_heater_failing", ("ice_build_up", "weak_airflow", "poor_cooling"), days=(5, 12)),
    Fault("door_seal_worn", ("door_not_sealing", "works_too_hard", "ice_build_up"), days=(8, 20)),
    Fault("compressor_worn", ("compressor_failing", "works_too_hard"), days=(8, 25)),
)

SECONDS = 60.0
FRIDGE_J_PER_K, FREEZER_J_PER_K = 60e3, 40e3
EVAPORATOR_J_PER_K, CONDENSER_J_PER_K = 2.5e3, 4e3
MELTING_J_PER_KG = 334e3
FAN_RPM = 2400.0
FAN_W, STANDBY_W = 4.0, 2.0
DOOR_W_PER_K = 13.0
"""Warm, moist air that falls in while the door is open."""
FROST_KG_PER_OPEN_S = 1.2e-4
FROST_KG_A_MINUTE = 2e-5
BLOCKING_FROST_KG = 0.8
"""This much frost halves the air through the evaporator."""
FREEZER_BAND_C, FRIDGE_BAND_C = 1.5, 0.7
FAR_TOO_WARM_C = 2.5
"""A fridge this much above its set point runs the compressor though the freezer is cold enough."""
FREEZER_FLOOR_C = -6.0
"""... but never cools the freezer further below its own set point than this."""
STALLED_RPM = 600.0
OVERLOAD_C = 68.0
"""Condenser temperature at which the compressor's overload switch warms up."""
SOFT_FOOD_C = -9.0
E4_AFTER_MINUTES, E5_AFTER_DEFROSTS, E6_AFTER_MINUTES, E7_AFTER_MINUTES = 15, 3, 30, 360
SENSOR_NOISE_C = {"fridge_temp_c": 0.1, "freezer_temp_c": 0.1, "ambient_temp_c": 0.2}
SENSOR_LIMITS_C = {"evaporator_temp_c": (-60.0, 60.0), "condenser_temp_c": (-20.0, 120.0)}
FILTER_L, FILTER_DAYS = 750.0, 180.0
FILTER_LASTS = 0.8
"""Share of either after which a filter is stopped up in an ordinary home; no sensor tells."""


class Refrigerators:
    """The fridge-freezers of `homes`."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        units = homes.units
        self._draws = Draws(rng, units, uniforms=4)
        self._sensors = Sensors(rng, units, noise=SENSOR_NOISE_C, limits=SENSOR_LIMITS_C)
        self._draw_units(units, rng)
        self._draw_state(homes, rng)
        self._averages = Averages()

    def _draw_units(self, units: int, rng: np.random.Generator) -> None:
        self._fridge_set_c = rng.normal(4.2, 0.4, units).clip(3.2, 5.2)
        self._freezer_set_c = rng.normal(-18.5, 0.5, units).clip(-20, -17.5)
        self._fridge_leak_w_per_k = rng.normal(1.1, 0.08, units).clip(0.9, 1.3)
        self._freezer_leak_w_per_k = rng.normal(0.8, 0.05, units).clip(0.65, 0.95)
        self._capacity_w = rng.normal(165.0, 7.0, units).clip(150, 185)
        self._motor_w = rng.normal(85.0, 4.0, units).clip(75, 95)
        self._condenser_w_per_k = rng.normal(12.0, 0.8, units).clip(10, 14)
        self._fan_rpm = rng.normal(FAN_RPM, 60.0, units).clip(2200, 2600)

    def _draw_state(self, homes: Homes, rng: np.random.Generator) -> None:
        units = homes.units
        self._fridge_c = self._fridge_set_c.copy()
        self._freezer_c = self._freezer_set_c + rng.uniform(-1.4, 1.4, units)
        self._evaporator_c = self._freezer_c - 4.0
        self._condenser_c = np.full(units, 26.0)
        self._frost_kg = rng.uniform(0.0, 0.1, units)
        self._defrost = Defrost(units, rng)
        self._energy_kwh = rng.uniform(20.0, 900.0, units)
        true_life = TrueLife(FILTER_LASTS / np.sqrt(homes.dust), rng)
        self._water_filter = Supply(units, rng, true_life)
        self._cooling = rng.integers(0, 2, units).astype(np.bool_)
        self._damper = rng.integers(0, 2, units).astype(np.bool_)
        self._door_left_s = np.zeros(units)
        self._slow_fan_minutes = np.zeros(units)
        self._hot_condenser_minutes = np.zeros(units)
        self._warm_minutes = np.zeros(units)

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance, _ = self._draws.minute()
        self._open_doors(around, chance)
        self._control()
        running = self._cooling & ~self._defrost.now
        rpm = self._fan_rpm * running * (1.0 - 0.9 * levels["evaporator_fan_worn"])
        lifted_w, motor_w = self._compress(running, levels)
        heater_w = self._defrost.thaw(running, self._evaporator_c, levels["defrost_heater_failing"])
        self._exchange(around, levels, flow=rpm / FAN_RPM, lifted_w=lifted_w, heater_w=heater_w)
        self._reject(around, levels, heat_w=lifted_w + motor_w)
        self._watch(running, rpm)
        self._drink(around, chance)
        power_w = motor_w + heater_w + FAN_W * running + STANDBY_W
        self._energy_kwh = self._energy_kwh + power_w / 60e3
        self._averages.add(
            fridge_temp_c=self._fridge_c,
            freezer_temp_c=self._freezer_c,
            ambient_temp_c=around.indoor_c,
            evaporator_temp_c=self._evaporator_c,
            condenser_temp_c=self._condenser_c,
            compressor_power_w=motor_w,
            compressor_duty_pct=np.where(running, 100.0, 0.0),
            evaporator_fan_rpm=rpm,
            door_open_pct=self._open_s / SECONDS * 100.0,
        )

    def _open_doors(self, around: Surroundings, chance: Floats) -> None:
        opened = chance[0] < 0.04 * around.activity  # some 35 times a day
        seconds = 8.0 - 25.0 * np.log1p(-chance[1])
        self._door_left_s = np.minimum(self._door_left_s + opened * seconds, 240.0)
        self._open_s = np.minimum(self._door_left_s, SECONDS)
        self._door_left_s = self._door_left_s - self._open_s
        # One opening in six brings in up to a kilogram of warm food; the freezer gets a share.
        self._food_j = opened * (np.maximum(chance[2] - 0.83, 0.0) * 5e5)
        self._freezer_air_j = opened * (chance[2] * 2e3)

    def _control(self) -> None:
        above_c = self._freezer_c - self._freezer_set_c
        fridge_above_c = self._fridge_c - self._fridge_set_c
        self._damper = thermostat(self._damper, fridge_above_c, FRIDGE_BAND_C)
        self._cooling = thermostat(self._cooling, above_c, FREEZER_BAND_C)
        too_warm = (fridge_above_c > FAR_TOO_WARM_C) & (above_c > FREEZER_FLOOR_C)
        self._cooling = self._cooling | too_warm

    def _compress(self, running: Bools, levels: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Heat lifted from the evaporator and electric power, both in W."""
        charge = 1.0 - 0.8 * levels["refrigerant_leak"]
        worn = levels["compressor_worn"]
        suction = self._evaporator_c + 25.0
        pressure = self._condenser_c - 40.0
        lifted = self._capacity_w * (1.0 + 0.025 * suction) * (1.0 - 0.006 * pressure)
        lifted = lifted * (charge * (1.0 - 0.5 * worn))
        motor = self._motor_w * (1.0 + 0.010 * pressure + 0.008 * suction)
        motor = motor * ((0.65 + 0.35 * charge) * (1.0 + 0.4 * worn))
        return np.maximum(lifted, 0.0) * running, np.maximum(motor, 25.0) * running

    def _exchange(
        self,
        around: Surroundings,
        levels: Mapping[str, Floats],
        *,
        flow: Floats,
        lifted_w: Floats,
        heater_w: Floats,
    ) -> None:
        seal = levels["door_seal_worn"]
        blocked = self._frost_kg / BLOCKING_FROST_KG
        air = flow / (1.0 + blocked * blocked)
        to_evaporator_w = (1.2 + 9.0 * air) * (self._freezer_c - self._evaporator_c)
        to_freezer_w = (0.15 + 3.2 * air * self._damper) * (self._fridge_c - self._freezer_c)
        gap_w_per_k = self._open_s * (DOOR_W_PER_K / SECONDS) + 2.2 * seal
        into_fridge_w = (self._fridge_leak_w_per_k + gap_w_per_k) * (
            around.indoor_c - self._fridge_c
        )
        into_freezer_w = (self._freezer_leak_w_per_k + 0.4 * seal) * (
            around.indoor_c - self._freezer_c
        )
        fridge_j = (into_fridge_w - to_freezer_w) * SECONDS + self._food_j
        freezer_w = into_freezer_w + to_freezer_w - to_evaporator_w + FAN_W * flow
        freezer_j = freezer_w * SECONDS + self._freezer_air_j
        evaporator_j = (to_evaporator_w + heater_w - lifted_w) * SECONDS
        self._fridge_c = self._fridge_c + fridge_j / FRIDGE_J_PER_K
        self._freezer_c = self._freezer_c + freezer_j / FREEZER_J_PER_K
        self._evaporator_c = self._evaporator_c + evaporator_j / EVAPORATOR_J_PER_K
        self._frost(seal)

    def _frost(self, seal: Floats) -> None:
        gained = self._open_s * FROST_KG_PER_OPEN_S + FROST_KG_A_MINUTE * (1.0 + 12.0 * seal)
        melting_j = np.maximum(self._evaporator_c, 0.0) * EVAPORATOR_J_PER_K
        melted = np.minimum(self._frost_kg, melting_j / MELTING_J_PER_KG)
        self._frost_kg = np.minimum(self._frost_kg + gained - melted, 4.0)
        self._evaporator_c = self._evaporator_c - melted * (MELTING_J_PER_KG / EVAPORATOR_J_PER_K)

    def _reject(
        self, around: Surroundings, levels: Mapping[str, Floats], *, heat_w: Floats
    ) -> None:
        w_per_k = self._condenser_w_per_k * (1.0 - 0.75 * levels["condenser_clogged"])
        lost_w = w_per_k * (self._condenser_c - around.indoor_c)
        self._condenser_c = self._condenser_c + (heat_w - lost_w) * (SECONDS / CONDENSER_J_PER_K)

    def _watch(self, running: Bools, rpm: Floats) -> None:
        """Count what the control board counts before it shows a code."""
        self._slow_fan_minutes = counted(self._slow_fan_minutes, rpm < STALLED_RPM, running)
        hot = self._condenser_c > OVERLOAD_C
        self._hot_condenser_minutes = (self._hot_condenser_minutes + 1.0) * hot
        self._warm_minutes = (self._warm_minutes + 1.0) * (self._freezer_c > SOFT_FOOD_C)

    def _drink(self, around: Surroundings, chance: Floats) -> None:
        litres = around.activity * (1.2 / 860.0)  # activity adds up to some 860 a day
        self._water_filter.use(litres / FILTER_L + 1.0 / (FILTER_DAYS * MINUTES_A_DAY))
        self._water_filter.replace_some(chance[3])

    def report(self) -> dict[str, Floats]:
        """Metric by name, as in the catalogue."""
        return self._sensors.read(self._averages.take()) | {
            "door_open": (self._door_left_s > 0.0).astype(np.float64),
            "defrosting": self._defrost.now.astype(np.float64),
            "last_defrost_min": self._defrost.last_minutes.copy(),
            "energy_kwh": self._energy_kwh.copy(),
            "water_filter_left_pct": self._water_filter.left_pct,
        }

    def replace(self, consumable: str, unit: int) -> None:
        """Put a new water filter in."""
        if consumable == "water_filter":
            self._water_filter.replace(unit)

    def active_codes(self) -> dict[str, Bools]:
        """Codes that the display shows now."""
        return {
            "E4": self._slow_fan_minutes >= E4_AFTER_MINUTES,
            "E5": self._defrost.failed >= E5_AFTER_DEFROSTS,
            "E6": self._hot_condenser_minutes >= E6_AFTER_MINUTES,
            "E7": self._warm_minutes >= E7_AFTER_MINUTES,
        }
