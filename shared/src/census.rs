//! The school census’s codes, each with its plain name, and what the census would send back. A code is never shown
//! without its name.
//!
//! What must stay true: a row of a file and a form on a page are judged by the functions here, and by nothing else.

mod doubt;
mod judge;

pub use self::{
    doubt::{invented_upn, upn_fault, year_doubt},
    judge::{NO_PROVISION, NO_YEAR_GROUP, needs, provision_code, year_group},
};

use crate::schema::Code;

/// What extra help a child has, in the census’s words and in a family’s.
pub const PROVISION: &[Code] = &[
    Code { code: "N", label: "No special educational need", plain: "no extra help" },
    Code { code: "K", label: "SEN support", plain: "extra help at school" },
    Code { code: "E", label: "Education, health and care plan", plain: "a plan from the council" },
];

/// Types of need. Down syndrome is collected since 2024; the file that names its code for the census was not at hand.
pub const NEEDS: &[Code] = &[
    Code { code: "SPLD", label: "Specific learning difficulty", plain: "reading, spelling or numbers" },
    Code { code: "MLD", label: "Moderate learning difficulty", plain: "learning takes longer" },
    Code { code: "SLD", label: "Severe learning difficulty", plain: "learning takes much longer" },
    Code { code: "PMLD", label: "Profound and multiple learning difficulty", plain: "help with everything" },
    Code { code: "SEMH", label: "Social, emotional and mental health", plain: "feelings and friends" },
    Code { code: "SLCN", label: "Speech, language and communication", plain: "talking and understanding" },
    Code { code: "ASD", label: "Autism", plain: "autism" },
    Code { code: "HI", label: "Hearing impairment", plain: "hearing" },
    Code { code: "VI", label: "Vision impairment", plain: "seeing" },
    Code { code: "MSI", label: "Multi-sensory impairment", plain: "seeing and hearing" },
    Code { code: "PD", label: "Physical disability", plain: "moving" },
    Code { code: "DS", label: "Down syndrome", plain: "Down syndrome" },
    Code { code: "OTH", label: "Other difficulty or disability", plain: "something else" },
    Code { code: "NSA", label: "No specialist assessment yet", plain: "nobody has looked closely yet" },
];

/// A need’s name, or its code where the file knows one that we do not.
pub fn need(code: &str) -> &str {
    NEEDS.iter().find(|need| need.code == code).map_or(code, |need| need.label)
}

pub fn provision(code: &str) -> &str {
    PROVISION.iter().find(|provision| provision.code == code).map_or(code, |provision| provision.label)
}

/// The broad area a type of need belongs to; none where it says nothing about one.
pub fn area(code: &str) -> Option<&'static str> {
    match code {
        "SPLD" | "MLD" | "SLD" | "PMLD" => Some("C&L"),
        "SEMH" => Some("SEMH"),
        "SLCN" | "ASD" => Some("C&I"),
        "HI" | "VI" | "MSI" | "PD" => Some("S&P"),
        _ => None,
    }
}

/// What the census would send back, of one child: rules 2170 and 2175; and what says two things at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Extra help, and no type of need.
    NeedMissing,
    /// “No specialist assessment” is only for SEN support.
    NsaWithoutSupport,
    /// A type of need, and no extra help.
    NeedWithoutHelp,
    /// “No specialist assessment”, and what such an assessment would have found.
    NsaBesideAnother,
}

impl Fault {
    pub fn words(self) -> &'static str {
        match self {
            Self::NeedMissing => "has extra help and no main need",
            Self::NsaWithoutSupport => "has “No specialist assessment” without SEN support",
            Self::NeedWithoutHelp => "has a need and no extra help",
            Self::NsaBesideAnother => "has “No specialist assessment” beside another need",
        }
    }

    /// To whoever is writing the line.
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::NeedMissing => "A child with extra help needs a main need. NSA says that nobody has assessed it yet.",
            Self::NsaWithoutSupport => "NSA (no specialist assessment yet) is only for SEN support (K).",
            Self::NeedWithoutHelp => "A child without extra help (N) has no type of need here.",
            Self::NsaBesideAnother => "NSA says that no type of need is known yet: take it out, or the others.",
        }
    }
}

pub fn faults(provision: &str, needs: &[String]) -> Vec<Fault> {
    let mut faults = vec![];
    if provision != "N" && needs.is_empty() {
        faults.push(Fault::NeedMissing);
    }
    if provision != "K" && needs.iter().any(|need| need == "NSA") {
        faults.push(Fault::NsaWithoutSupport);
    }
    if provision == "N" && !needs.is_empty() {
        faults.push(Fault::NeedWithoutHelp);
    }
    if needs.len() > 1 && needs.iter().any(|need| need == "NSA") {
        faults.push(Fault::NsaBesideAnother);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_census_sends_back_what_does_not_fit_together() {
        let needs = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        assert_eq!(faults("K", &needs(&["ASD", "SLCN"])), []);
        assert_eq!(faults("K", &needs(&["NSA"])), []);
        assert_eq!(faults("E", &needs(&["NSA"])), [Fault::NsaWithoutSupport]);
        assert_eq!(faults("K", &[]), [Fault::NeedMissing]);
        assert_eq!(faults("N", &[]), []);
        assert_eq!(faults("N", &needs(&["HI"])), [Fault::NeedWithoutHelp]);
        assert_eq!(faults("K", &needs(&["ASD", "NSA"])), [Fault::NsaBesideAnother]);
    }
}
