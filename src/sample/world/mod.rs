//! The world of one drive: a road that repeats after a lap, and everything on and beside it. Time repeats with the road:
//! what is seen one lap later is the same again, so a drive of any length needs no more pictures than one lap holds.

mod city;
mod looks;
mod motorway;
mod night;
mod suburb;

use super::{
    color::Rgb,
    draw::{BigVehicle, CarLook, House, Person, Plant, Rider, SignFace, SignalState},
    mood::Weather,
    motion::SpeedProfile,
    road::Road,
    sky::Horizon,
};

/// Anything that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Car(CarLook),
    Big(BigVehicle),
    TwoWheel(Rider),
    Person(Person),
    Dog(Rgb),
    Cone,
    SignPost(SignFace),
    Sign(SignFace),
    SignalPost {
        arm: f32,
    },
    /// Metres left of its post and above the ground.
    Signal {
        left: f32,
        up: f32,
    },
    Lamp {
        height: f32,
        arm: f32,
    },
    Plant(Plant),
    House(House),
    Rail {
        length: f32,
        solid: bool,
    },
}

impl Thing {
    /// The class of its label; `None` for scenery.
    pub(super) fn class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Car(_) => "car",
            Self::Big(BigVehicle::Bus { .. }) => "bus",
            Self::Big(BigVehicle::Truck { .. }) => "truck",
            Self::TwoWheel(Rider { motor: true, .. }) => "motorcycle",
            Self::TwoWheel(_) => "bicycle",
            Self::Person(_) => "pedestrian",
            Self::Dog(_) => "dog",
            Self::Cone => "traffic_cone",
            Self::Sign(_) => "traffic_sign",
            Self::Signal { .. } => "traffic_light",
            Self::SignPost(_)
            | Self::SignalPost { .. }
            | Self::Lamp { .. }
            | Self::Plant(_)
            | Self::House(_)
            | Self::Rail { .. } => return None,
        })
    }

    /// Farthest it is drawn, m.
    pub(super) fn reach_m(&self) -> f64 {
        match self {
            Self::House(_) | Self::Sign(SignFace::Board(_)) | Self::SignPost(SignFace::Board(_)) => 230.0,
            Self::Plant(_) | Self::Rail { .. } => 200.0,
            Self::Car(_) | Self::Big(_) => 180.0,
            Self::Lamp { .. } => 160.0,
            _ => 120.0,
        }
    }
}

/// How a thing moves.
#[derive(Debug, Clone)]
pub(super) enum Motion {
    /// Stands at this distance along the road.
    Still(f64),
    /// Moves along the road: place at time 0 of its lap, and its speed (negative against the road's direction).
    Along { s: f64, profile: SpeedProfile },
    /// Keeps with the vehicle: gap + `stretch` times the vehicle's speed + a slow swing of `swing` metres, whose phase
    /// is `phase` turns.
    With { gap: f64, stretch: f64, swing: f64, phase: f64 },
    /// Walks across the road at `s`: from `d` of the item to `to` at `speed`, beginning at time `start` of its lap.
    Across { s: f64, to: f32, speed: f64, start: f64 },
}

/// A thing, where it is across the road, and how it moves.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) thing: Thing,
    pub(super) motion: Motion,
    /// Metres to the left of the middle of the road.
    pub(super) d: f32,
    /// Direction it faces against the road's, radians to the left.
    pub(super) yaw: f32,
}

/// What an item does at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Distance along the road from the vehicle, m.
    pub(super) ahead: f64,
    pub(super) d: f32,
    pub(super) yaw: f32,
    /// Speed and acceleration in the direction it faces, m/s and m/s².
    pub(super) speed: f64,
    pub(super) acceleration: f64,
    /// Distance moved so far, m: drives legs and wheels.
    pub(super) moved: f64,
    /// Number of the lap this copy belongs to.
    pub(super) lap: i64,
}

/// When a traffic light changes, seconds of its lap.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignalPlan {
    pub(super) amber: f64,
    pub(super) red: f64,
    pub(super) red_amber: f64,
    pub(super) green: f64,
}

impl SignalPlan {
    /// The state at second `t` of the lap.
    pub(super) fn at(&self, t: f64) -> SignalState {
        if t >= self.green || t < self.amber {
            SignalState::Green
        } else if t >= self.red_amber {
            SignalState::RedAmber
        } else if t >= self.red {
            SignalState::Red
        } else {
            SignalState::Amber
        }
    }
}

/// A drive's world.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) weather: Weather,
    pub(super) horizon: Horizon,
    pub(super) road: Road,
    /// The vehicle's own speed over one lap.
    pub(super) vehicle: SpeedProfile,
    /// Where it drives, metres to the left of the middle of the road.
    pub(super) lane_d: f32,
    pub(super) items: Vec<Item>,
    pub(super) signals: Option<SignalPlan>,
    pub(super) seed: u64,
}

impl World {
    /// The world of a kind of drive; a lap takes `lap_s` seconds.
    pub(super) fn new(weather: Weather, lap_s: f64, seed: u64) -> Self {
        match weather {
            Weather::Day => city::world(lap_s, seed),
            Weather::Night => night::world(lap_s, seed),
            Weather::Rain => suburb::world(lap_s, seed),
            Weather::Dusk => motorway::world(lap_s, seed),
        }
    }

    /// What the traffic lights show at time `t` (s), when there are some.
    pub(super) fn signal_at(&self, t: f64) -> Option<SignalState> {
        self.signals.map(|plan| plan.at(t.rem_euclid(self.vehicle.period_s())))
    }

    /// All copies of item `index` that may be seen at time `t` (s).
    pub(super) fn moments(&self, index: usize, t: f64) -> Vec<Moment> {
        let item = &self.items[index];
        let here = self.vehicle.at(t);
        let (lap_s, lap_m) = (self.vehicle.period_s(), self.vehicle.length_m());
        let reach = item.thing.reach_m();
        match &item.motion {
            Motion::Still(s) => {
                let first = ((here.distance_m - reach - s) / lap_m).ceil() as i64;
                let last = ((here.distance_m + reach - s) / lap_m).floor() as i64;
                (first..=last)
                    .map(|lap| Moment {
                        ahead: s + lap as f64 * lap_m - here.distance_m,
                        d: item.d,
                        yaw: item.yaw,
                        speed: 0.0,
                        acceleration: 0.0,
                        moved: 0.0,
                        lap,
                    })
                    .collect()
            }
            Motion::Along { s, profile } => {
                let now = (t / lap_s).floor() as i64;
                (now - 6..=now + 6)
                    .map(|lap| {
                        let state = profile.at(t - lap as f64 * lap_s);
                        let ahead = s + state.distance_m + lap as f64 * lap_m - here.distance_m;
                        let facing = if item.yaw.abs() > 1.6 { -1.0 } else { 1.0 };
                        Moment {
                            ahead,
                            d: item.d,
                            yaw: item.yaw,
                            speed: facing * state.speed,
                            acceleration: facing * state.acceleration,
                            moved: state.distance_m,
                            lap,
                        }
                    })
                    .filter(|moment| moment.ahead.abs() < reach)
                    .collect()
            }
            Motion::With { gap, stretch, swing, phase } => {
                let turn = std::f64::consts::TAU * (t / lap_s + phase);
                vec![Moment {
                    ahead: gap + stretch * here.speed + swing * turn.sin(),
                    d: item.d,
                    yaw: item.yaw,
                    speed: here.speed,
                    acceleration: here.acceleration,
                    moved: here.distance_m,
                    lap: 0,
                }]
            }
            Motion::Across { s, to, speed, start } => {
                let first = ((here.distance_m - reach - s) / lap_m).ceil() as i64;
                let last = ((here.distance_m + reach - s) / lap_m).floor() as i64;
                (first..=last)
                    .map(|lap| {
                        let way = f64::from((to - item.d).abs());
                        let walked = ((t - lap as f64 * lap_s - start) * speed).clamp(0.0, way);
                        let moves = walked > 0.0 && walked < way;
                        let sign = (to - item.d).signum();
                        Moment {
                            ahead: s + lap as f64 * lap_m - here.distance_m,
                            d: item.d + sign * walked as f32,
                            yaw: sign * std::f32::consts::FRAC_PI_2,
                            speed: if moves { *speed } else { 0.0 },
                            acceleration: 0.0,
                            moved: walked,
                            lap,
                        }
                    })
                    .collect()
            }
        }
    }
}

/// Collects the items of a world.
#[derive(Default)]
struct Items(Vec<Item>);

impl Items {
    fn still(&mut self, thing: Thing, s: f64, d: f32, yaw: f32) {
        self.0.push(Item { thing, motion: Motion::Still(s), d, yaw });
    }

    /// Something that moves at an even speed and is beside the vehicle at time `meets`.
    fn meets(&mut self, thing: Thing, vehicle: &SpeedProfile, meets: f64, d: f32, speed: f64) {
        let s = vehicle.at(meets).distance_m - speed * meets;
        let profile = SpeedProfile::once(&[(0.0, speed), (1.0, speed)]);
        let yaw = if speed < 0.0 { std::f32::consts::PI } else { 0.0 };
        self.0.push(Item { thing, motion: Motion::Along { s, profile }, d, yaw });
    }

    /// A sign and its post; it faces traffic in the road's direction, or against it with `yaw` π.
    fn sign(&mut self, face: SignFace, s: f64, d: f32, yaw: f32) {
        self.still(Thing::SignPost(face), s, d, yaw);
        self.still(Thing::Sign(face), s, d, yaw);
    }
}

/// The period nearest to `wish` that fits a whole number of times into `length`.
fn fit(length: f64, wish: f64) -> f64 {
    length / (length / wish).round().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_repeats_after_a_lap() {
        for weather in [Weather::Day, Weather::Night, Weather::Rain, Weather::Dusk] {
            let world = World::new(weather, 15.0, 3);
            let mut seen = 0;
            for index in 0..world.items.len() {
                let (now, later) = (world.moments(index, 2.3), world.moments(index, 2.3 + 15.0));
                assert_eq!(now.len(), later.len(), "{weather:?} {index}");
                for (a, b) in now.iter().zip(&later) {
                    assert!((a.ahead - b.ahead).abs() < 1e-6 && (a.d - b.d).abs() < 1e-5, "{a:?} {b:?}");
                    seen += 1;
                }
            }
            assert!(seen > 40, "{weather:?}: {seen}");
        }
    }
}
