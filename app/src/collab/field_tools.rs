//! What stands under a text box: undo of one’s own writing, and other people’s changes that wait.
//!
//! Also the handle by which the page reaches the binding behind the box. On the server there is
//! none, and nothing to press.

#[cfg(feature = "hydrate")]
use leptos::html;
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use shared::{doc::FieldAddress, presence::Presence};

#[cfg(feature = "hydrate")]
use super::{SectionStore, set_if_new, text_binding::TextBinding};
use crate::components::icon::Icon;

#[derive(Clone, Copy)]
pub(super) struct FieldTools {
    undo: Tool,
    redo: Tool,
    waiting: RwSignal<usize>,
    #[cfg(feature = "hydrate")]
    binding: StoredValue<Option<TextBinding>, LocalStorage>,
}

#[derive(Clone, Copy)]
struct Tool {
    /// Comes when it can first be used, and stays: a button must not go while it has the focus.
    is_here: RwSignal<bool>,
    can: RwSignal<bool>,
}

#[derive(Clone, Copy)]
enum Press {
    Undo,
    Redo,
    ShowWaiting,
}

impl FieldTools {
    pub(super) fn new() -> Self {
        Self {
            undo: Tool::new(),
            redo: Tool::new(),
            waiting: RwSignal::new(0),
            #[cfg(feature = "hydrate")]
            binding: StoredValue::new_local(None),
        }
    }

    pub(super) fn view(self) -> impl IntoView {
        let button = move |tool: Tool, name, words, press| {
            tool.is_here.get().then(|| {
                view! {
                    <button
                        class="tool"
                        type="button"
                        aria-disabled=move || if tool.can.get() { "false" } else { "true" }
                        on:click=move |_| self.press(press)
                    >
                        <Icon name />
                        {words}
                    </button>
                }
            })
        };
        view! {
            {move || {
                let waiting = self.waiting.get();
                (waiting > 0)
                    .then(|| {
                        view! {
                            <p class="held-chip">
                                <Icon name="pause" />
                                <span>
                                    <strong>{waiting_words(waiting)}</strong>
                                    " It comes in when you pause."
                                </span>
                                <button class="tool" type="button" on:click=move |_| self.press(Press::ShowWaiting)>
                                    "Show it now"
                                </button>
                            </p>
                        }
                    })
            }}
            {move || {
                self.undo
                    .is_here
                    .get()
                    .then(|| {
                        view! {
                            <div class="tools">
                                {move || button(self.undo, "undo", "Undo mine", Press::Undo)}
                                {move || button(self.redo, "redo", "Redo", Press::Redo)}
                            </div>
                        }
                    })
            }}
        }
    }

    #[cfg(feature = "hydrate")]
    fn press(self, press: Press) {
        self.with_binding(|binding| match press {
            Press::Undo => binding.undo(),
            Press::Redo => binding.redo(),
            Press::ShowWaiting => binding.show_waiting(),
        });
    }

    #[cfg(not(feature = "hydrate"))]
    fn press(self, press: Press) {
        match press {
            Press::Undo | Press::Redo | Press::ShowWaiting => {}
        }
    }
}

#[cfg(feature = "hydrate")]
impl FieldTools {
    /// Binds the box once it is there, and keeps it bound until the page lets go of it.
    pub(super) fn bind(
        self,
        area: NodeRef<html::Textarea>,
        layer: NodeRef<html::Div>,
        store: SectionStore,
        address: FieldAddress,
        rendered: String,
        writers: Memo<Vec<Presence>>,
    ) {
        Effect::new(move |_| {
            if let (Some(area), Some(layer)) = (area.get(), layer.get()) {
                let binding = TextBinding::new(area, layer.into(), store, address.clone(), &rendered, self);
                self.binding.set_value(Some(binding));
            }
        });
        Effect::new(move |_| {
            store.track();
            self.with_binding(TextBinding::sync);
        });
        Effect::new(move |_| {
            let others = writers.get();
            self.with_binding(|binding| binding.show(others));
        });
    }

    /// What can be done now.
    pub(super) fn show(self, can_undo: bool, can_redo: bool, waiting: usize) {
        self.undo.show(can_undo);
        self.redo.show(can_redo);
        set_if_new(self.waiting, waiting);
    }

    fn with_binding(self, act: impl FnOnce(&TextBinding)) {
        self.binding.try_with_value(|binding| binding.as_ref().map(act));
    }
}

impl Tool {
    fn new() -> Self {
        Self { is_here: RwSignal::new(false), can: RwSignal::new(false) }
    }

    #[cfg(feature = "hydrate")]
    fn show(self, can: bool) {
        set_if_new(self.can, can);
        if can {
            set_if_new(self.is_here, true);
        }
    }
}

fn waiting_words(waiting: usize) -> String {
    match waiting {
        1 => "1 change waiting.".to_owned(),
        _ => format!("{waiting} changes waiting."),
    }
}
