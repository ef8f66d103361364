"""A split air conditioner with an inverter compressor that cools in summer and heats in winter.

A room with sun and people, two heat exchangers, a refrigerant circuit after Carnot; faults act on
the charge, the fans' speeds, the outdoor coil's conductance and the compressor's efficiency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.physics.appliance import Averages, Fault
from simulator.physics.control_board import counted
from simulator.physics.draws import Draws
from simulator.physics.home import Bools, Floats, Homes, Surroundings
from simulator.physics.inverter import FASTEST_HZ, THROTTLE_C, Inverter
from simulator.physics.outdoor_coil import OutdoorCoil
from simulator.physics.room import Room
from simulator.physics.sensors import Sensors
from simulator.physics.supply import Supply

FAULTS = (
    Fault("refrigerant_leak", ("weak_capacity", "overheating", "high_consumption"), days=(6, 20)),
    Fault(
        "outdoor_fan_worn", ("outdoor_fan_failing", "overheating", "high_consumption"), days=(5, 15)
    ),
    Fault("outdoor_coil_clogged", ("high_consumption", "overheating"), days=(8, 25)),
    Fault("indoor_fan_worn", ("weak_airflow", "weak_capacity", "high_consumption"), days=(6, 18)),
    Fault("compressor_worn", ("high_consumption", "weak_capacity"), days=(8, 25)),
)

OFF, COOLING, HEATING, DEFROSTING = 0, 1, 2, 3
KELVIN = 273.0
LIFT_W_PER_HZ = 55.0
CARNOT_SHARE = 0.42
INDOOR_COIL_W_PER_K, INDOOR_AIR_W_PER_K = 230.0, 260.0
INDOOR_RPM, OUTDOOR_RPM = 1150.0, 880.0
STANDBY_W = 4.0
FILTER_RUN_H = 250.0
H6_RPM, L3_RPM = 350.0, 250.0
E4_AFTER_MINUTES, F0_AFTER_MINUTES, FAN_CODE_AFTER_MINUTES = 40, 120, 15
STARVED_SHARE = 0.45
"""Of the heat that a full charge would move; below it the board takes the circuit for empty."""
SENSOR_NOISE_C = {"room_temp_c": 0.1, "outdoor_temp_c": 0.3, "coil_temp_c": 0.2}
SENSOR_LIMITS = {
    "coil_temp_c": (-30.0, 90.0),
    "air_delta_c": (0.0, 60.0),
    "discharge_temp_c": (-40.0, 150.0),
    "power_w": (0.0, 5000.0),
}


@dataclass(frozen=True)
class _Flow:
    """Air through both coils as a share of the rated flow, and the fans' speeds."""

    indoor: Floats
    outdoor: Floats
    indoor_rpm: Floats
    outdoor_rpm: Floats


class AirConditioners:
    """The air conditioners of `homes`, one room each."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        self._units = homes.units
        self._dust = homes.dust
        self._draws = Draws(rng, self._units, uniforms=2)
        self._sensors = Sensors(rng, self._units, noise=SENSOR_NOISE_C, limits=SENSOR_LIMITS)
        self._draw_units(self._units, rng)
        self._draw_state(self._units, rng)
        self._averages = Averages()

    def _draw_units(self, units: int, rng: np.random.Generator) -> None:
        self._inverter = Inverter(units, rng)
        self._capacity_w_per_hz = rng.normal(LIFT_W_PER_HZ, 2.0, units).clip(50, 60)
        self._carnot_share = rng.normal(CARNOT_SHARE, 0.012, units).clip(0.38, 0.46)
        self._rpm_share = rng.normal(1.0, 0.02, units).clip(0.95, 1.05)

    def _draw_state(self, units: int, rng: np.random.Generator) -> None:
        self._room = Room(units, rng)
        self._outdoor_coil = OutdoorCoil(units, rng)
        self._power_w = np.full(units, STANDBY_W)
        self._coil_c = np.full(units, 22.0)
        self._discharge_c = np.full(units, 22.0)
        self._energy_kwh = rng.uniform(100.0, 3000.0, units)
        self._filter = Supply(units, rng)
        self._hot_minutes = np.zeros(units)
        self._starved_minutes = np.zeros(units)
        self._slow_indoor_minutes = np.zeros(units)
        self._slow_outdoor_minutes = np.zeros(units)

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance, _ = self._draws.minute()
        self._control(around)
        flow = self._blow(levels)
        heat_w = self._circulate(around, levels, flow)
        self._room.warm(around, chance[0], heat_w)
        self._dirty_filter(flow, chance[1])
        self._watch(flow)
        self._energy_kwh = self._energy_kwh + self._power_w / 60e3
        self._averages.add(
            room_temp_c=self._room.temp_c,
            set_temp_c=self._inverter.set_c,
            outdoor_temp_c=around.outdoor_c,
            compressor_speed_hz=self._inverter.hz,
            power_w=self._power_w,
            coil_temp_c=self._coil_c,
            air_delta_c=np.abs(heat_w) / (INDOOR_AIR_W_PER_K * (flow.indoor + 0.05)),
            indoor_fan_rpm=flow.indoor_rpm,
            outdoor_fan_rpm=flow.outdoor_rpm,
            discharge_temp_c=self._discharge_c,
            defrost_pct=np.where(self._outdoor_coil.defrosting, 100.0, 0.0),
        )

    def _control(self, around: Surroundings) -> None:
        """Let people and the control board choose mode, set point and speed."""
        missing_k = self._inverter.choose(around, self._room.temp_c)
        self._inverter.turn(
            missing_k,
            discharge_c=self._discharge_c,
            coil_c=self._coil_c,
            defrosting=self._outdoor_coil.defrosting,
        )

    def _blow(self, levels: Mapping[str, Floats]) -> _Flow:
        speed = self._inverter.hz / FASTEST_HZ
        turning = self._inverter.running & ~self._outdoor_coil.defrosting
        indoor = (0.6 + 0.4 * speed) * turning * self._rpm_share
        outdoor = (0.55 + 0.45 * speed) * turning * self._rpm_share
        indoor = indoor * (1.0 - 0.7 * levels["indoor_fan_worn"])
        outdoor = outdoor * (1.0 - 0.8 * levels["outdoor_fan_worn"])
        dirt = np.minimum(self._filter.worn * self._dust, 1.5)
        return _Flow(
            indoor=indoor * (1.0 - 0.2 * dirt),
            outdoor=outdoor * (1.0 - 0.88 * levels["outdoor_coil_clogged"]),
            indoor_rpm=INDOOR_RPM * indoor,
            outdoor_rpm=OUTDOOR_RPM * outdoor,
        )

    def _circulate(self, around: Surroundings, levels: Mapping[str, Floats], flow: _Flow) -> Floats:
        """Move heat; returns what the room gets in W, negative when it is cooled."""
        worn = levels["compressor_worn"]
        way = np.where(self._inverter.heats, 1.0, -1.0)
        self._charge = (1.0 - 0.75 * levels["refrigerant_leak"]) * (1.0 - 0.12 * worn)
        season = np.where(
            self._inverter.heats,
            1.0 + 0.015 * (around.outdoor_c - 7.0),
            1.16 - 0.006 * around.outdoor_c,
        )
        heat_w = self._inverter.hz * self._capacity_w_per_hz * season * self._charge
        heat_w = heat_w * (flow.indoor > 0.0)
        to_air_w = self._power_w - way * heat_w
        outdoor_c = self._outdoor_coil.pass_heat(around.outdoor_c, to_air_w, flow.outdoor)
        coil_c = self._room.temp_c + way * heat_w / (INDOOR_COIL_W_PER_K * (flow.indoor + 0.03))
        self._coil_c = self._coil_c + 0.4 * (coil_c - self._coil_c)
        self._compress(around, outdoor_c, heat_w, worn, levels["refrigerant_leak"])
        self._outdoor_coil.gather_ice(outdoor_c, self._inverter.heats & self._inverter.running)
        return np.asarray(heat_w * way, dtype=np.float64)

    def _compress(
        self, around: Surroundings, outdoor_c: Floats, heat_w: Floats, worn: Floats, leak: Floats
    ) -> None:
        hot_c = np.maximum(self._coil_c, outdoor_c)
        lift_c = np.maximum(np.abs(self._coil_c - outdoor_c), 12.0) + 6.0
        cop = self._carnot_share * (1.0 - 0.45 * worn) * (hot_c + KELVIN) / lift_c
        shaft_w = heat_w / np.minimum(np.maximum(cop, 1.1), 7.0) + 10.0 * self._inverter.hz * (
            self._outdoor_coil.defrosting
        )
        on = self._inverter.hz > 0.0
        self._power_w = shaft_w + 30.0 * on + STANDBY_W
        discharge_c = np.where(
            on & ~self._outdoor_coil.defrosting,
            hot_c + 10.0 + 0.6 * lift_c + 35.0 * leak + 15.0 * worn,
            around.outdoor_c + 30.0 * on,
        )
        self._discharge_c = self._discharge_c + 0.15 * (discharge_c - self._discharge_c)

    def _dirty_filter(self, flow: _Flow, chance: Floats) -> None:
        self._filter.use((flow.indoor > 0.0) / (60.0 * FILTER_RUN_H))
        self._filter.replace_some(chance)

    def _watch(self, flow: _Flow) -> None:
        """Count what the control board counts before it shows a code."""
        hot = np.where(self._discharge_c > THROTTLE_C, 1.0, -0.1)
        self._hot_minutes = np.maximum(self._hot_minutes + hot, 0.0)
        blowing = flow.indoor > 0.0
        self._starved_minutes = counted(
            self._starved_minutes, self._charge < STARVED_SHARE, blowing
        )
        self._slow_indoor_minutes = counted(
            self._slow_indoor_minutes, flow.indoor_rpm < H6_RPM, blowing
        )
        self._slow_outdoor_minutes = counted(
            self._slow_outdoor_minutes, flow.outdoor_rpm < L3_RPM, blowing
        )

    def report(self) -> dict[str, Floats]:
        """Metric by name, as in the catalogue."""
        mode = np.where(self._inverter.heats, HEATING, COOLING) * self._inverter.running
        mode = np.where(self._outdoor_coil.defrosting, DEFROSTING, mode)
        return self._sensors.read(self._averages.take()) | {
            "mode": mode.astype(np.float64),
            "energy_kwh": self._energy_kwh.copy(),
            "filter_run_h": self._filter.worn * FILTER_RUN_H,
        }

    def replace(self, consumable: str, unit: int) -> None:
        """Put a clean air filter in."""
        if consumable == "air_filter":
            self._filter.replace(unit)

    def active_codes(self) -> dict[str, Bools]:
        """Codes that the display shows now."""
        return {
            "E4": self._hot_minutes >= E4_AFTER_MINUTES,
            "F0": self._starved_minutes >= F0_AFTER_MINUTES,
            "H6": self._slow_indoor_minutes >= FAN_CODE_AFTER_MINUTES,
            "L3": self._slow_outdoor_minutes >= FAN_CODE_AFTER_MINUTES,
        }
