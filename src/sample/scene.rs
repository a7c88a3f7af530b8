//! One frame: puts the world before a camera, draws it from far to near, and says what is seen of each object.

use std::f32::consts::{FRAC_PI_2, PI};

use super::{
    camera::{Camera, P2, Pose, V3, v3},
    canvas::{Canvas, Coverage, Fill, PxBox},
    color::{Rgb, hex},
    draw::{
        BigVehicle, CarBody, Lights, Pen, Plant, SignFace, SignalState, draw_big_vehicle, draw_car, draw_cone,
        draw_dog, draw_house, draw_lamp_post, draw_person, draw_plant, draw_rail, draw_sign_plate, draw_sign_post,
        draw_signal_head, draw_signal_post, draw_two_wheel,
    },
    ground::{Course, Ground},
    mood::{Mood, Weather},
    noise::hash2,
    sky::Backdrop,
    weather,
    world::{Moment, Motion, Thing, World},
};

/// Which way a camera looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Front,
    Rear,
    Left,
    Right,
}

impl View {
    /// The views in the order in which a lake gets them, and their names.
    pub(super) const ALL: [(Self, &'static str); 4] =
        [(Self::Front, "front"), (Self::Rear, "rear"), (Self::Left, "left"), (Self::Right, "right")];

    fn camera(self, size: (u32, u32), pitch: f32) -> Camera {
        let degrees = PI / 180.0;
        match self {
            Self::Front => Camera::new(v3(0.6, 0.0, 1.38), 0.0, pitch, 58.0 * degrees, 0.50, size),
            Self::Rear => Camera::new(v3(-1.6, 0.0, 1.30), PI, -pitch, 62.0 * degrees, 0.49, size),
            Self::Left => Camera::new(v3(0.2, 0.85, 1.25), FRAC_PI_2, 0.0, 78.0 * degrees, 0.47, size),
            Self::Right => Camera::new(v3(0.2, -0.85, 1.25), -FRAC_PI_2, 0.0, 78.0 * degrees, 0.47, size),
        }
    }
}

/// An object as it is seen on a frame.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) class: &'static str,
    /// Tight box of the pixels that are seen.
    pub(super) bbox: PxBox,
    pub(super) score: f64,
    /// Number of the thing and of the lap its copy belongs to (`None` for things that keep with the vehicle): together
    /// they name it over time.
    pub(super) item: usize,
    pub(super) lap: Option<i64>,
    /// Share that nearer objects hide, 0 to 1.
    pub(super) occluded: f64,
    pub(super) truncated: bool,
    /// Colour of a traffic light.
    pub(super) state: Option<&'static str>,
    /// Whether a vehicle's brake lamps shine.
    pub(super) brakes: bool,
}

/// How much of a frame is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// The whole picture.
    Picture,
    /// Only what decides the labels.
    Labels,
}

/// One copy of an item, placed before the camera.
struct Placed {
    item: usize,
    thing: Thing,
    moment: Moment,
    pose: Pose,
    lamp: f32,
    /// Farther is drawn earlier.
    order: f32,
}

/// Draws frames of a world.
pub(super) struct Stage<'a> {
    world: &'a World,
    mood: Mood,
    canvas: Canvas,
    /// Noise of the sensor, 0 for none.
    noise: f32,
}

impl<'a> Stage<'a> {
    /// A stage for frames of `width` x `height` px; `None` for an empty size.
    pub(super) fn new(world: &'a World, width: u32, height: u32, noise: f32) -> Option<Self> {
        Some(Self { world, mood: Mood::of(world.weather), canvas: Canvas::new(width, height)?, noise })
    }

    /// The frame drawn last, RGB.
    pub(super) fn rgb(&self) -> Vec<u8> {
        self.canvas.frame.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect()
    }

    /// Draws the frame at second `t` and tells what is seen.
    pub(super) fn draw(&mut self, view: View, t: f64, detail: Detail) -> Vec<Seen> {
        let world = self.world;
        let now = world.vehicle.at(t);
        let lap_s = world.vehicle.period_s();
        // The springs: the nose dips when braking, and the road is never quite even.
        let wave = (now.distance_m / world.vehicle.length_m() * std::f64::consts::TAU) as f32;
        let shake = 0.0007 * (23.0 * wave).sin() + 0.0005 * (37.0 * wave).sin();
        let pitch = 0.0020 * now.acceleration as f32 + shake * (now.speed as f32 / 15.0).min(1.0);
        let camera = view.camera((self.canvas.width(), self.canvas.height()), pitch);
        let within_lap = now.distance_m.rem_euclid(world.vehicle.length_m());
        let course = Course::new(&world.road, now.distance_m, world.lane_d);
        let seed = (world.seed % 997) as f32 * 0.013;
        let mood = self.mood.clone();
        let heading = world.road.bends.direction(within_lap) as f32;
        let backdrop = Backdrop { mood: &mood, horizon: world.horizon, heading, drift: 0.0, seed };
        self.canvas.begin();
        if detail == Detail::Picture {
            backdrop.paint(&camera, self.canvas.frame.data_mut());
            Ground { road: &world.road, backdrop: &backdrop, course: &course }
                .paint(&camera, self.canvas.frame.data_mut());
        }
        let placed = self.place(&camera, &course, t, detail);
        let sun = backdrop.sun();
        if detail == Detail::Picture {
            for one in placed.iter().rev() {
                self.shadow(&camera, one, sun);
            }
            if mood.wet > 0.5 {
                for one in &placed {
                    self.mirror(&camera, one, sun, t);
                }
            }
            if mood.weather == Weather::Dusk {
                self.sun_glare(&camera, sun, 0.7);
            }
        }
        let mut labelled = Vec::new();
        for one in &placed {
            let glows = self.thing(&camera, one, sun, t);
            if self.canvas.finish(is_labelled(&camera, one)).is_some() {
                labelled.push(one);
            }
            if detail == Detail::Picture {
                for (at, rx, ry, light) in glows {
                    self.canvas.glow(at, rx, ry, light);
                }
            }
        }
        let moment = super::noise::mix(world.seed ^ (((t % lap_s) * 1000.0).round() as u64) ^ ((view as u64) << 50));
        if detail == Detail::Picture {
            self.over(&camera, view, sun, now.speed as f32, t, moment);
        }
        if view == View::Front {
            weather::bonnet(&mut self.canvas, &mood, hex(0x2c_4a6e));
        }
        let coverage = self.canvas.coverage();
        if detail == Detail::Picture {
            weather::sensor(&mut self.canvas, &mood, moment, self.noise);
        }
        let t_lap = t.rem_euclid(lap_s);
        labelled.iter().zip(coverage).filter_map(|(one, coverage)| self.seen(&camera, one, coverage, t_lap)).collect()
    }

    /// Everything within reach, from far to near.
    fn place(&self, camera: &Camera, course: &Course, t: f64, detail: Detail) -> Vec<Placed> {
        let world = self.world;
        let mut placed = Vec::new();
        for (item, thing) in world.items.iter().map(|item| item.thing).enumerate() {
            for moment in world.moments(item, t) {
                let (origin, road_yaw) = course.place(moment.ahead as f32, moment.d);
                let pose = Pose::new(origin, road_yaw + moment.yaw);
                let (depth, size) = (camera.depth(origin), extent(&thing));
                let aside = (origin - camera.position).dot(camera.right).abs();
                if depth < -size || aside > (depth + size) * 1.25 + size + 3.0 {
                    continue;
                }
                if detail == Detail::Labels
                    && thing.class().is_none()
                    && !matches!(thing, Thing::House(_) | Thing::Rail { .. })
                {
                    continue;
                }
                let s = (course.s + moment.ahead).rem_euclid(world.road.bends.length_m) as f32;
                let lamp = if self.mood.lamps > 0.0 { world.road.lamp_light(s, moment.d) } else { 0.0 };
                placed.push(Placed { item, thing, moment, pose, lamp, order: depth });
            }
        }
        for one in &mut placed {
            match &one.thing {
                // Beside a long thing the others are always nearer to the road, so its far end counts.
                Thing::House(house) => one.order = far_end(camera, &one.pose, house.length, house.side * house.depth),
                Thing::Rail { length, .. } => one.order = far_end(camera, &one.pose, *length, 0.0),
                // A plate hangs before its post.
                Thing::Sign(_) | Thing::Signal { .. } => one.order -= 0.2,
                _ => {}
            }
        }
        placed.sort_by(|a, b| b.order.total_cmp(&a.order).then(a.item.cmp(&b.item)));
        placed
    }

    /// Draws one thing on the layer; returns the lights to add when it stands on the frame.
    fn thing(&mut self, camera: &Camera, one: &Placed, sun: V3, t: f64) -> Vec<(P2, f32, f32, Rgb)> {
        let world = self.world;
        let mood = &self.mood;
        let mut pen = Pen { canvas: &mut self.canvas, camera, mood, sun, lamp: one.lamp, glows: Vec::new() };
        let lights = lights(mood, one);
        let (stride, swing) = stride(one);
        match &one.thing {
            Thing::Car(look) => draw_car(&mut pen, &one.pose, *look, lights),
            Thing::Big(look) => draw_big_vehicle(&mut pen, &one.pose, *look, lights),
            Thing::TwoWheel(look) => draw_two_wheel(&mut pen, &one.pose, look, (one.moment.moved / 0.9) as f32, lights),
            Thing::Person(look) => draw_person(&mut pen, &one.pose, look, stride, swing),
            Thing::Dog(coat) => draw_dog(&mut pen, &one.pose, *coat, stride * 2.0, swing),
            Thing::Cone => draw_cone(&mut pen, &one.pose),
            Thing::SignPost(face) => draw_sign_post(&mut pen, &one.pose, *face),
            Thing::Sign(face) => draw_sign_plate(&mut pen, &one.pose, *face),
            Thing::SignalPost { arm } => draw_signal_post(&mut pen, &one.pose, *arm),
            Thing::Signal { left, up } => {
                if let Some(state) = world.signal_at(t) {
                    draw_signal_head(&mut pen, &one.pose, *left, *up, state);
                }
            }
            Thing::Lamp { height, arm } => draw_lamp_post(&mut pen, &one.pose, *height, *arm),
            Thing::Plant(plant) => draw_plant(&mut pen, &one.pose, *plant),
            Thing::House(house) => draw_house(&mut pen, &one.pose, house),
            Thing::Rail { length, solid } => draw_rail(&mut pen, &one.pose, *length, *solid),
        }
        pen.glows
    }

    /// The shadow a thing throws on the ground.
    fn shadow(&mut self, camera: &Camera, one: &Placed, sun: V3) {
        let Some((half_x, half_y, height)) = footprint(&one.thing) else { return };
        let pose = &one.pose;
        let distance = pose.origin.length();
        if distance > 110.0 {
            return;
        }
        let fade = (1.0 - distance / 110.0).max(0.0);
        let corners = |grow: f32| {
            [(-1.0_f32, -1.0_f32), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
                .map(|(x, y)| pose.at(x * (half_x + grow), y * (half_y + grow), 0.0))
        };
        let direct = self.mood.sunlight.luma();
        if direct > 0.1 && sun.z > 0.02 {
            let long = (height / sun.z * (sun.x * sun.x + sun.y * sun.y).sqrt()).min(height * 7.0);
            let away = v3(-sun.x, -sun.y, 0.0).unit() * long;
            let mut points: Vec<V3> = corners(0.0).to_vec();
            points.extend(corners(0.0).map(|corner| pose.origin + (corner - pose.origin) * 0.85 + away));
            let hull = hull(&points);
            let outline = camera.polygon(&hull);
            self.canvas.stain(&outline, Fill::Clear(hex(0x14_1a2c), 0.36 * fade));
        }
        if !matches!(one.thing, Thing::Plant(_)) {
            for (grow, alpha) in [(0.26, 0.07), (0.18, 0.09), (0.11, 0.12), (0.04, 0.15), (-0.04, 0.18), (-0.12, 0.18)]
            {
                let outline = camera.polygon(&corners(grow));
                self.canvas.stain(&outline, Fill::Clear(hex(0x0a_0d14), alpha * fade));
            }
        }
    }

    /// The reflection of a thing in the wet road.
    fn mirror(&mut self, camera: &Camera, one: &Placed, sun: V3, t: f64) {
        if matches!(one.thing, Thing::House(_) | Thing::Rail { .. }) || one.pose.origin.length() > 90.0 {
            return;
        }
        let Some(base) = camera.project(one.pose.origin) else { return };
        self.thing(camera, one, sun, t);
        let on_road = one.moment.d.abs() < 5.6;
        self.canvas.finish_mirrored(base.y, self.mood.wet * if on_road { 0.34 } else { 0.14 });
    }

    fn sun_glare(&mut self, camera: &Camera, sun: V3, strength: f32) {
        if let Some(at) = camera.project(camera.position + sun * 1000.0) {
            weather::glare(&mut self.canvas, &self.mood, at, strength);
        }
    }

    /// What lies between the scene and the glass.
    fn over(&mut self, camera: &Camera, view: View, sun: V3, speed: f32, t: f64, moment: u64) {
        if self.mood.weather == Weather::Dusk {
            self.sun_glare(camera, sun, 0.55);
        }
        if self.mood.weather == Weather::Rain {
            let lap_s = self.world.vehicle.period_s();
            weather::rain(&mut self.canvas, rain_amount(t / lap_s), speed, moment);
            weather::drops(
                &mut self.canvas,
                if view == View::Front { 0.55 } else { 1.0 },
                view as u64,
                t / lap_s * 15.0,
            );
        }
    }

    fn seen(&self, camera: &Camera, one: &Placed, coverage: Coverage, t_lap: f64) -> Option<Seen> {
        let class = one.thing.class()?;
        let shown = f64::from(coverage.seen_px) / f64::from(coverage.alone_px.max(1));
        let bbox = coverage.seen;
        if coverage.seen_px == 0
            || shown < 0.3
            || bbox.width().max(bbox.height()) < 6
            || bbox.width().min(bbox.height()) < 3
        {
            return None;
        }
        let distance_m = f64::from((one.pose.origin - camera.position).length());
        let occluded = 1.0 - shown;
        // A detector is surer of what is near, whole and large.
        let size = f64::from(bbox.height().max(bbox.width())) / f64::from(camera.height);
        let doubt = 0.32 * occluded + 0.22 * (-size * 14.0).exp() + 0.10 * (distance_m / 150.0).min(1.0);
        let luck = f64::from(hash2(one.item as i64, (t_lap * 1000.0) as i64)) * 0.05;
        let state = match (&one.thing, self.world.signal_at(t_lap)) {
            (Thing::Signal { .. }, Some(state)) => Some(match state {
                SignalState::Red => "red",
                SignalState::RedAmber => "red_amber",
                SignalState::Green => "green",
                SignalState::Amber => "amber",
            }),
            _ => None,
        };
        let vehicle = matches!(one.thing, Thing::Car(_) | Thing::Big(_));
        Some(Seen {
            class,
            bbox,
            score: ((0.995 - doubt - luck).clamp(0.2, 0.99) * 1000.0).round() / 1000.0,
            item: one.item,
            lap: (!matches!(self.world.items[one.item].motion, Motion::With { .. })).then_some(one.moment.lap),
            occluded: (occluded * 100.0).round() / 100.0,
            truncated: coverage.cut,
            state,
            brakes: vehicle && lights(&self.mood, one).brake,
        })
    }
}

/// Objects get labels, but signs and traffic lights only from the side that says something.
fn is_labelled(camera: &Camera, one: &Placed) -> bool {
    match one.thing {
        Thing::Sign(_) | Thing::Signal { .. } => {
            one.pose.turn(v3(-1.0, 0.0, 0.0)).dot(camera.position - one.pose.origin) > 0.0
        }
        _ => one.thing.class().is_some(),
    }
}

/// Rain over a lap, 0 to 1: heavier in the middle.
pub(super) fn rain_amount(lap: f64) -> f32 {
    (0.66 - 0.30 * (std::f64::consts::TAU * lap).cos()) as f32
}

fn far_end(camera: &Camera, pose: &Pose, length: f32, depth: f32) -> f32 {
    let half = 0.5 * length;
    [(-half, 0.0), (half, 0.0), (-half, depth), (half, depth)]
        .iter()
        .map(|(x, y)| camera.depth(pose.at(*x, *y, 0.0)))
        .fold(f32::MIN, f32::max)
}

fn lights(mood: &Mood, one: &Placed) -> Lights {
    let moving = !matches!(one.moment, Moment { speed: 0.0, acceleration: 0.0, moved: 0.0, .. });
    let brake = moving && (one.moment.acceleration < -0.8 || one.moment.speed < 0.4);
    Lights { on: mood.lights_on && moving, brake }
}

/// Phase of the step and how far the limbs swing.
fn stride(one: &Placed) -> (f32, f32) {
    let per_step = if matches!(one.thing, Thing::Dog(_)) { 0.45 } else { 0.70 };
    // Sign does not matter: somebody who walks against the road steps as others do.
    let phase = (one.moment.moved.abs() / per_step * std::f64::consts::PI) as f32 + one.item as f32;
    (phase, (one.moment.speed.abs() as f32 / 1.3).min(1.15))
}

/// Half length, half width and height of the shadow-throwing body.
fn footprint(thing: &Thing) -> Option<(f32, f32, f32)> {
    Some(match thing {
        Thing::Car(look) if look.body == CarBody::Van => (2.5, 0.95, 2.0),
        Thing::Car(_) => (2.15, 0.86, 1.35),
        Thing::Big(BigVehicle::Bus { .. }) => (5.8, 1.2, 3.0),
        Thing::Big(BigVehicle::Truck { length, .. }) => (0.5 * length + 1.1, 1.2, 3.6),
        Thing::TwoWheel(_) => (0.75, 0.16, 1.5),
        Thing::Person(_) => (0.16, 0.17, 1.65),
        Thing::Dog(_) => (0.35, 0.09, 0.5),
        Thing::Cone => (0.2, 0.2, 0.6),
        Thing::Plant(Plant::Bush { height, .. }) => (0.5 * height, 0.5 * height, *height * 0.8),
        Thing::Plant(Plant::Broadleaf { height, .. } | Plant::Conifer { height, .. }) => (0.15, 0.15, *height * 0.8),
        _ => return None,
    })
}

/// Half the largest extent along the ground, m: decides what may be in the picture.
fn extent(thing: &Thing) -> f32 {
    match thing {
        Thing::House(house) => 0.5 * house.length + house.depth,
        Thing::Sign(SignFace::Board(_)) | Thing::SignPost(SignFace::Board(_)) => 16.0,
        Thing::Big(_) | Thing::Rail { .. } => 9.0,
        Thing::Plant(_) | Thing::Signal { .. } | Thing::SignalPost { .. } => 6.0,
        _ => 3.0,
    }
}

/// Convex outline of points on the ground (Andrew's monotone chain).
fn hull(points: &[V3]) -> Vec<V3> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let turn = |a: V3, b: V3, c: V3| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let mut outline: Vec<V3> = Vec::new();
    for pass in 0..2 {
        let start = outline.len();
        let chain: Vec<V3> = if pass == 0 { sorted.clone() } else { sorted.iter().rev().copied().collect() };
        for point in chain {
            while outline.len() >= start + 2
                && turn(outline[outline.len() - 2], outline[outline.len() - 1], point) <= 0.0
            {
                outline.pop();
            }
            outline.push(point);
        }
        outline.pop();
    }
    outline
}
