//! What the linker must keep and no page of ours ever calls: Leptos puts functions for hydrating *later* (routes that
//! are loaded lazily) and for cloned templates into the table of every kind of view. They are emptied, and with them
//! goes all that only they call: a seventh of the module.
//!
//! Also for development, so that every test in a browser runs on a module without them: whatever calls one stops there.
//!
//! A name is not proof. For release LLVM makes one function of those that are alike and keeps the name of any of them,
//! so what a page needs may bear the name of what it does not. Hence what is called by name from code that stays is left
//! as it is, and so is whatever drops a value: of all functions those are the most alike.

use std::collections::{BTreeSet, HashMap, HashSet};

use walrus::{
    FunctionBuilder, FunctionId, FunctionKind, Module,
    ir::{Call, ReturnCall, Visitor, dfs_in_order},
};

/// Parts of their names.
const UNUSED: [&str; 3] = ["hydrate_async", "hydrate_from_template", "new_with_async_value_erased"];

/// A part of the names of functions that are too alike to be told apart.
const ALIKE: &str = "drop_in_place";

pub(crate) fn empty(module: &mut Module) {
    for id in unused(module) {
        let ty = module.types.get(module.funcs.get(id).ty()).clone();
        let mut stops = FunctionBuilder::new(&mut module.types, ty.params(), ty.results());
        stops.func_body().unreachable();
        let args = ty.params().iter().map(|ty| module.locals.add(*ty)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(stops.local_func(args));
    }
}

/// Those with such a name which are reached through the table alone, or from one another.
fn unused(module: &Module) -> BTreeSet<FunctionId> {
    let is_named = |name: &str| UNUSED.iter().any(|part| name.contains(part)) && !name.contains(ALIKE);
    let calls: HashMap<FunctionId, HashSet<FunctionId>> = module
        .funcs
        .iter_local()
        .map(|(id, function)| {
            let mut called = Called::default();
            dfs_in_order(&mut called, function, function.entry_block());
            (id, called.0)
        })
        .collect();
    let mut unused: BTreeSet<FunctionId> =
        calls.keys().copied().filter(|id| module.funcs.get(*id).name.as_deref().is_some_and(is_named)).collect();
    // What is kept for a caller's sake is itself a caller.
    loop {
        let callers = calls.iter().filter(|(caller, _)| !unused.contains(caller));
        let needed: HashSet<FunctionId> = callers.flat_map(|(_, called)| called).copied().collect();
        let before = unused.len();
        unused.retain(|id| !needed.contains(id));
        if unused.len() == before {
            return unused;
        }
    }
}

#[derive(Default)]
struct Called(HashSet<FunctionId>);

impl Visitor<'_> for Called {
    fn visit_call(&mut self, call: &Call) {
        self.0.insert(call.func);
    }

    fn visit_return_call(&mut self, call: &ReturnCall) {
        self.0.insert(call.func);
    }
}
