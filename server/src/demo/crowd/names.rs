//! Names for people who are made up: each number has its own, and another number seldom the same.

const FIRST: [&str; 48] = [
    "Ada", "Aisha", "Alfie", "Amir", "Anya", "Archie", "Bea", "Ben", "Caleb", "Chloe", "Dani", "Dylan", "Eddie",
    "Elsie", "Emre", "Esme", "Femi", "Finn", "Freya", "Grace", "Hari", "Hana", "Ibrahim", "Iris", "Jack", "Jaya",
    "Joel", "Kofi", "Leah", "Liam", "Lola", "Maja", "Maya", "Milo", "Nia", "Noor", "Oscar", "Pia", "Ravi", "Rosa",
    "Sami", "Sofia", "Theo", "Tilly", "Umar", "Willow", "Yusuf", "Zara",
];

const LAST: [&str; 60] = [
    "Abbott",
    "Adeleke",
    "Ahmed",
    "Ashdown",
    "Bailey",
    "Banerjee",
    "Barlow",
    "Begum",
    "Birch",
    "Bright",
    "Brook",
    "Calder",
    "Chowdhury",
    "Cole",
    "Dale",
    "Darby",
    "Deacon",
    "Eaves",
    "Ellery",
    "Farrow",
    "Fielding",
    "Ford",
    "Garner",
    "Greenhalgh",
    "Haddad",
    "Hartley",
    "Holt",
    "Hussain",
    "Ismail",
    "Jarvis",
    "Kaur",
    "Keeling",
    "Khan",
    "Kowalski",
    "Lamb",
    "Langley",
    "Lister",
    "Malik",
    "Marsh",
    "Mensah",
    "Nolan",
    "Novak",
    "Okafor",
    "Osborne",
    "Patel",
    "Pearce",
    "Quinn",
    "Rahman",
    "Reid",
    "Rowe",
    "Sandhu",
    "Shaw",
    "Silva",
    "Tanner",
    "Thorne",
    "Turner",
    "Underhill",
    "Vickers",
    "Walsh",
    "Yardley",
];

const TITLES: [&str; 4] = ["Mrs", "Mr", "Miss", "Ms"];

/// The first name alone is what a child or a parent is called.
pub(super) fn first(number: usize) -> &'static str {
    FIRST[number * 29 % FIRST.len()]
}

pub(super) fn last(number: usize) -> &'static str {
    LAST[(number * 37 + number / FIRST.len() * 7) % LAST.len()]
}

pub(super) fn title(number: usize) -> &'static str {
    TITLES[number % TITLES.len()]
}
