//! The one text box of the product: a plain `<textarea>` that several people can write in at once.
//!
//! What must stay true: the text of a textarea is never a child of it, because Leptos 0.8 would send
//! it to the browser unescaped, and other people’s words with it; nor is it a signal, because only
//! the text binding may change it while somebody writes. A field that cannot be written is plain
//! text, never a disabled box.

use leptos::{html, prelude::*};
use shared::{
    Role, Section, Stage,
    doc::FieldAddress,
    presence::Presence,
    schema::{Field, Kind, List},
};

use super::{Meeting, SectionStore, field_tools::FieldTools, use_meeting};
use crate::components::icon::Icon;

/// A text field of the document: a text box for those who may write, plain text for those who read.
#[component]
pub fn CollabField(
    address: FieldAddress,
    /// The visible label; the schema’s own if none is given.
    #[prop(into, optional)]
    label: Option<String>,
    #[prop(default = 2)] rows: u32,
    /// Keep the label for those who cannot see the page, and hide it from the others.
    #[prop(optional)]
    hide_label: bool,
    /// What stands below it: who wrote it.
    #[prop(into, optional)]
    who: ViewFn,
) -> impl IntoView {
    let meeting = use_meeting();
    let (list, field) = address.schema()?;
    let store = meeting.store(address.section)?;
    let parts = Parts {
        meeting,
        store,
        list,
        field,
        label: label.unwrap_or_else(|| field.label.to_owned()),
        label_class: if hide_label { "visually-hidden" } else { "" },
        rows,
        address,
        who,
    };
    let access = store.access();
    let can_write = Memo::new(move |_| access.get().can_write());
    Some(move || if can_write.get() { parts.text_box().into_any() } else { parts.plain_text().into_any() })
}

#[derive(Clone)]
struct Parts {
    meeting: Meeting,
    store: SectionStore,
    list: &'static List,
    field: &'static Field,
    address: FieldAddress,
    label: String,
    label_class: &'static str,
    rows: u32,
    who: ViewFn,
}

impl Parts {
    fn plain_text(&self) -> impl IntoView + use<> {
        let words = self.store.words(self.list, self.address.item, self.field.key);
        let empty = move || words.with(String::is_empty);
        view! {
            <div class="field is-read">
                <p class=format!("field-label {}", self.label_class)>{self.label.clone()}</p>
                <p class="written" class:is-empty=empty dir="auto">
                    {move || if empty() { "Nothing is written here yet.".to_owned() } else { words.get() }}
                </p>
                {self.who.run()}
            </div>
        }
    }

    fn text_box(&self) -> impl IntoView + use<> {
        let id = self.address.dom_id();
        let (here_id, hint_id) = (format!("{id}-here"), format!("{id}-hint"));
        let writers = self.meeting.writing_at(self.address.clone());
        let room_left = self.room_left();
        // At once, while the page is still on its way to showing words in place of its boxes.
        let stage = self.meeting.stage();
        let is_closed = move || stage.get() == Stage::Agreed;
        let described_by = {
            let (here_id, hint_id) = (here_id.clone(), hint_id.clone());
            move || {
                let here = writers.with(|writers| !writers.is_empty()).then_some(here_id.as_str());
                let hint = room_left.get().map(|_| hint_id.as_str());
                let ids: Vec<_> = here.into_iter().chain(hint).collect();
                (!ids.is_empty()).then(|| ids.join(" "))
            }
        };
        let rendered = self.text_now();
        let inner_html = escaped(&rendered);
        let (area, layer) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Div>::new());
        let tools = FieldTools::new();
        #[cfg(feature = "hydrate")]
        tools.bind(area, layer, self.store, self.address.clone(), rendered, writers);
        view! {
            <div class=move || writers.with(|writers| live_class(writers))>
                <label class=self.label_class for=id.clone()>
                    {self.label.clone()}
                </label>
                {move || {
                    let line = writers.with(|writers| writing_here(writers))?;
                    Some(
                        view! {
                            <p class="writing-here" id=here_id.clone()>
                                <Icon name="pen" />
                                {line}
                            </p>
                        },
                    )
                }}
                <div class="cofield">
                    <textarea
                        id=id.clone()
                        rows=self.rows
                        dir="auto"
                        // Or a browser would bring back what stood here before a reload, and it
                        // would look like something just typed.
                        autocomplete="off"
                        maxlength=limit(self.field)
                        readonly=is_closed
                        spellcheck=if self.is_pupils_words() { "false" } else { "true" }
                        aria-describedby=described_by
                        inner_html=inner_html
                        node_ref=area
                    ></textarea>
                    <div class="carets" aria-hidden="true" node_ref=layer></div>
                </div>
                {move || {
                    let left = room_left.get()?;
                    Some(
                        view! {
                            <p class="hint" id=hint_id.clone()>
                                {room_left_words(left)}
                            </p>
                        },
                    )
                }}
                {tools.view()}
                {self.who.run()}
            </div>
        }
    }

    /// What the box begins with. Not tracked: from here on the text binding keeps it in step.
    fn text_now(&self) -> String {
        self.store.with_doc(|doc| doc.words(self.list, self.address.item, self.field.key))
    }

    /// A child’s spelling is not to be underlined in red.
    fn is_pupils_words(&self) -> bool {
        let said_by_pupil = || {
            self.store.with_doc(|doc| doc.meta(self.list, self.address.item)).and_then(|meta| meta.said_by)
                == Some(self.meeting.pupil)
        };
        let is_theirs = matches!(self.address.section, Section::PupilViews | Section::PupilPrivate);
        self.field.key == "pupil_words" || is_theirs || said_by_pupil()
    }

    /// How many letters still fit, once it is worth saying.
    fn room_left(&self) -> Memo<Option<i64>> {
        let words = self.store.words(self.list, self.address.item, self.field.key);
        let limit = i64::from(limit(self.field));
        Memo::new(move |_| {
            let used = words.with(|words| words.encode_utf16().count()) as i64;
            (used * 5 >= limit * 4).then_some(limit - used)
        })
    }
}

fn limit(field: &Field) -> u32 {
    match field.kind {
        Kind::Text { limit } => limit,
        Kind::Choice(_) | Kind::Number { .. } | Kind::Date | Kind::Ids => 0,
    }
}

fn room_left_words(left: i64) -> String {
    match left {
        ..0 => format!("{} letters too many for this box", -left),
        0 => "This box is full".to_owned(),
        1 => "Room for 1 more letter".to_owned(),
        _ => format!("Room for {left} more letters"),
    }
}

/// In whose colour a caret stands, and the line that says who writes: a child has their own.
pub(super) fn class_of(who: &Presence) -> String {
    if who.role == Role::Pupil { "person-pupil".to_owned() } else { format!("person-{}", who.colour) }
}

fn live_class(writers: &[Presence]) -> String {
    match writers.first() {
        Some(writer) => format!("field is-live {}", class_of(writer)),
        None => "field".to_owned(),
    }
}

/// “Miss Qureshi and Callum are writing here”: the cue in words.
fn writing_here(writers: &[Presence]) -> Option<String> {
    let names: Vec<&str> = writers.iter().map(|writer| writer.name.as_str()).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is writing here")),
        [first @ .., last] => Some(format!("{} and {last} are writing here", first.join(", "))),
    }
}

/// The text as the content of a textarea. A parser drops a newline that comes first, so a text that
/// begins with one gets another in front.
fn escaped(text: &str) -> String {
    let first = if text.starts_with('\n') { "\n" } else { "" };
    format!("{first}{}", html_escape::encode_text(text))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use shared::{Access, doc::NewItem, schema::plan::TARGETS};

    use super::*;
    use crate::collab::{provide_meeting, samples};

    #[track_caller]
    fn page_with(words: &str, access: Access) -> String {
        let owner = Owner::new();
        owner.with(|| {
            let item = samples::item(1);
            let page = samples::page(Section::Plan, access, Stage::Meeting, |doc| {
                doc.add(&TARGETS, item, NewItem::default().with("title", words));
            });
            provide_meeting(&page);
            let Some(field) = TARGETS.field("title") else { panic!("targets have a title") };
            let address = FieldAddress::new(Section::Plan, &TARGETS, item, field);
            view! { <CollabField address /> }.to_html()
        })
    }

    #[test]
    fn other_peoples_words_cannot_leave_the_text_box() {
        for access in [Access::Write, Access::Read] {
            let page = page_with("</textarea><script>alert(1)</script>&amp;", access);
            assert!(!page.contains("<script>"), "{page}");
            assert!(page.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{page}");
        }
    }

    #[test]
    fn a_text_that_begins_with_a_new_line_keeps_it() {
        assert!(page_with("\nTwo", Access::Write).contains(">\n\nTwo</textarea>"));
    }

    #[test]
    fn a_field_that_cannot_be_written_is_plain_text() {
        let page = page_with("Play a game", Access::Read);
        assert!(page.contains("Play a game") && !page.contains("<textarea"), "{page}");
    }

    #[test]
    fn every_box_has_its_label() {
        let page = page_with("", Access::Write);
        let id = page.split("<textarea id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(page.contains(&format!("for=\"{id}\"")), "{page}");
        assert!(page.contains(">Target</label>") || page.contains(">Target<!></label>"), "{page}");
    }

    #[test]
    fn those_who_write_here_are_named_in_words() {
        let writers: Vec<Presence> = ["Marek", "Miss Qureshi", "Callum"].map(samples::presence).to_vec();
        assert_eq!(writing_here(&writers[..1]).as_deref(), Some("Marek is writing here"));
        assert_eq!(writing_here(&writers).as_deref(), Some("Marek, Miss Qureshi and Callum are writing here"));
    }
}
