//! The shape of `demo/pupils.json`, as far as it is used.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::Attendance;

#[derive(Deserialize)]
pub(super) struct Demo {
    pub(super) schools: Vec<School>,
    pub(super) people: Vec<Person>,
    pub(super) pupils: Vec<Pupil>,
}

#[derive(Deserialize)]
pub(super) struct School {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) role: String,
    #[serde(default)]
    pub(super) relationship: String,
}

#[derive(Deserialize)]
pub(super) struct Pupil {
    pub(super) id: String,
    pub(super) person_id: String,
    pub(super) school_id: String,
    pub(super) preferred_name: String,
    pub(super) upn: String,
    pub(super) pronouns: String,
    pub(super) date_of_birth: String,
    pub(super) class: String,
    pub(super) home_language: String,
    pub(super) sen: Sen,
    pub(super) key_worker: String,
    pub(super) year_group: String,
    pub(super) looked_after: bool,
    pub(super) communication_profile: CommunicationProfile,
    pub(super) passport: Passport,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) cycles: Vec<Cycle>,
    pub(super) upcoming_cycle: UpcomingCycle,
    pub(super) meetings: Vec<Meeting>,
    #[serde(default)]
    pub(super) peps: Vec<Pep>,
}

#[derive(Deserialize)]
pub(super) struct CommunicationProfile {
    pub(super) reading_age: String,
    pub(super) prefers: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Sen {
    pub(super) provision: String,
    pub(super) on_register_since: String,
    /// In the order of their rank.
    pub(super) types: Vec<NeedType>,
}

#[derive(Deserialize)]
pub(super) struct NeedType {
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct Passport {
    pub(super) photo: Photo,
    pub(super) like_and_admire: Vec<Said>,
    /// By heading.
    pub(super) sections: BTreeMap<String, Vec<OwnWords>>,
    pub(super) additional_support: Vec<String>,
    pub(super) access_arrangements: Vec<AccessArrangement>,
    pub(super) summary: Vec<String>,
    pub(super) important_to_me: Vec<String>,
    pub(super) important_for_me: Vec<String>,
    pub(super) hopes: Vec<OwnWords>,
}

#[derive(Deserialize)]
pub(super) struct Photo {
    pub(super) alt: String,
}

/// What somebody said.
#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) by_person_id: String,
    pub(super) text: String,
}

/// What the pupil said, and how it was kept.
#[derive(Deserialize)]
pub(super) struct OwnWords {
    pub(super) text: String,
    pub(super) captured: String,
    pub(super) date: String,
}

#[derive(Deserialize)]
pub(super) struct AccessArrangement {
    pub(super) arrangement: String,
    pub(super) context: String,
    pub(super) status: String,
    pub(super) since: String,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Deserialize)]
pub(super) struct Outcome {
    pub(super) id: String,
    pub(super) area_of_need: String,
    pub(super) text: String,
    pub(super) by: String,
}

#[derive(Deserialize)]
pub(super) struct Cycle {
    pub(super) assess: Assess,
    pub(super) plan: Plan,
    #[serde(rename = "do")]
    pub(super) delivered: Do,
    pub(super) review: Review,
}

#[derive(Deserialize)]
pub(super) struct Assess {
    pub(super) strengths: Vec<String>,
    pub(super) needs: Vec<Need>,
    pub(super) baseline_data: Vec<Baseline>,
    pub(super) views: Views,
}

#[derive(Deserialize)]
pub(super) struct Need {
    pub(super) area: String,
    pub(super) need: String,
    pub(super) evidence: String,
}

#[derive(Deserialize)]
pub(super) struct Baseline {
    pub(super) measure: String,
    pub(super) value: String,
    pub(super) date: String,
}

/// Only what may be read by everybody at the table: views that came through social care are not here.
#[derive(Deserialize)]
pub(super) struct Views {
    pub(super) teacher: View,
    pub(super) specialist: View,
}

#[derive(Deserialize)]
pub(super) struct View {
    pub(super) text: String,
    pub(super) by: Option<String>,
    pub(super) date: String,
}

#[derive(Deserialize)]
pub(super) struct Plan {
    pub(super) targets: Vec<Target>,
    pub(super) provisions: Vec<Provision>,
    pub(super) responsibilities: Responsibilities,
    pub(super) review_date: String,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) outcome_id: String,
    pub(super) area_of_need: String,
    pub(super) title: String,
    pub(super) pupil_friendly: String,
    pub(super) smart: String,
    pub(super) baseline: String,
    pub(super) tmer_baseline: Scores,
}

/// Out of ten.
#[derive(Deserialize)]
pub(super) struct Scores {
    pub(super) pupil: Option<i64>,
    pub(super) home: Option<i64>,
    pub(super) school: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Provision {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tier: String,
    pub(super) area_of_need: String,
    pub(super) delivered_by: String,
    pub(super) ratio: String,
    pub(super) frequency: Frequency,
    #[serde(rename = "where")]
    pub(super) place: String,
    pub(super) evidence_base: String,
    pub(super) supports_targets: Vec<String>,
    pub(super) cost: Cost,
}

#[derive(Deserialize)]
pub(super) struct Frequency {
    pub(super) sessions_per_week: i64,
    pub(super) minutes_per_session: i64,
    pub(super) weeks: i64,
    pub(super) sessions_planned: i64,
}

#[derive(Deserialize)]
pub(super) struct Cost {
    /// In pounds.
    pub(super) cost_per_pupil: f64,
    pub(super) funding_source: String,
}

#[derive(Deserialize)]
pub(super) struct Responsibilities {
    pub(super) school: Vec<String>,
    pub(super) home: Vec<String>,
    pub(super) pupil: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Do {
    pub(super) delivery: Vec<Delivery>,
    pub(super) notes: Vec<DeliveryNote>,
}

#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) provision_id: String,
    pub(super) planned: i64,
    pub(super) delivered: i64,
    pub(super) why_not: String,
}

#[derive(Deserialize)]
pub(super) struct DeliveryNote {
    pub(super) date: String,
    pub(super) by: String,
    pub(super) text: String,
}

#[derive(Deserialize)]
pub(super) struct Review {
    pub(super) target_reviews: Vec<TargetReview>,
    pub(super) pupil_voice: OwnWords,
    pub(super) parent_view: String,
    pub(super) impact_summary: String,
    pub(super) decision: String,
}

#[derive(Deserialize)]
pub(super) struct TargetReview {
    pub(super) target_id: String,
    pub(super) exit_data: String,
    pub(super) rating: String,
    pub(super) tmer_review: Scores,
    pub(super) comments: Vec<Said>,
    pub(super) next_step: String,
}

#[derive(Deserialize)]
pub(super) struct UpcomingCycle {
    pub(super) review_due: String,
    pub(super) proposed_targets: Vec<ProposedTarget>,
    pub(super) pre_meeting_contributions: Vec<Contribution>,
}

#[derive(Deserialize)]
pub(super) struct ProposedTarget {
    pub(super) id: String,
    pub(super) outcome_id: String,
    pub(super) title: String,
    pub(super) pupil_friendly: String,
    pub(super) smart: String,
    pub(super) baseline: String,
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct Contribution {
    pub(super) person_id: String,
    pub(super) channel: String,
    pub(super) questions: Vec<Question>,
}

#[derive(Deserialize)]
pub(super) struct Question {
    pub(super) q: String,
    pub(super) a: String,
    pub(super) scale: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Meeting {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) minutes: i32,
    pub(super) mode: String,
    pub(super) place: String,
    pub(super) facilitator: String,
    pub(super) attendees: Vec<Attendee>,
    #[serde(default)]
    pub(super) ground_rules: Vec<String>,
    pub(super) boards: Boards,
    pub(super) actions: Vec<Action>,
    pub(super) agreement: Vec<Answer>,
    pub(super) next_meeting: String,
}

#[derive(Deserialize)]
pub(super) struct Attendee {
    pub(super) person_id: String,
    pub(super) attendee_role: String,
    pub(super) attendance: Attendance,
}

#[derive(Deserialize)]
pub(super) struct Boards {
    pub(super) like_and_admire: Vec<Said>,
    pub(super) working: Vec<Said>,
    pub(super) not_working: Vec<Said>,
    pub(super) important_to: Vec<Said>,
    pub(super) important_for: Vec<Said>,
    pub(super) questions: Vec<Said>,
}

#[derive(Deserialize)]
pub(super) struct Action {
    pub(super) id: String,
    pub(super) action: String,
    pub(super) owner_person_id: String,
    pub(super) due: String,
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    pub(super) person_id: String,
    pub(super) response: String,
    pub(super) at: String,
    pub(super) comment: String,
}

/// Only the parts of a personal education plan that may be shared in the room.
#[derive(Deserialize)]
pub(super) struct Pep {
    pub(super) meeting_id: String,
    pub(super) sections: PepSections,
}

#[derive(Deserialize)]
pub(super) struct PepSections {
    pub(super) my_attainment: Vec<Attainment>,
    pub(super) my_views: Vec<OwnWords>,
    pub(super) about_me: Vec<String>,
    pub(super) hopes: Vec<PepHope>,
    pub(super) pupil_premium_plus: Vec<Premium>,
    pub(super) transition: String,
    pub(super) wellbeing: Wellbeing,
}

#[derive(Deserialize)]
pub(super) struct Wellbeing {
    pub(super) sdq: Vec<Score>,
}

#[derive(Deserialize)]
pub(super) struct Score {
    pub(super) date: String,
    pub(super) by: String,
    pub(super) total: i64,
}

#[derive(Deserialize)]
pub(super) struct PepHope {
    pub(super) hope: String,
    pub(super) next: String,
}

#[derive(Deserialize)]
pub(super) struct Attainment {
    pub(super) subject: String,
    pub(super) on_entry: String,
    pub(super) now: String,
    pub(super) predicted_end_ks2: String,
}

#[derive(Deserialize)]
pub(super) struct Premium {
    pub(super) purpose: String,
    pub(super) target_ids: Vec<String>,
    /// In pounds.
    pub(super) allocated: f64,
    pub(super) spent: f64,
    pub(super) impact: String,
}
