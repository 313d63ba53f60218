//! What the linker must keep and no page of ours ever calls: Leptos puts functions for hydrating *later* (routes that
//! are loaded lazily) and for cloned templates into the table of every kind of view. They are emptied, and with them
//! goes all that only they call: a seventh of the module.
//!
//! Also for development, so that every test in a browser runs on a module without them: whatever calls one stops there.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// Parts of their names.
const UNUSED: [&str; 3] = ["hydrate_async", "hydrate_from_template", "new_with_async_value_erased"];

pub(crate) fn empty(module: &mut Module) {
    let is_unused = |name: &str| UNUSED.iter().any(|part| name.contains(part));
    let unused: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| module.funcs.get(*id).name.as_deref().is_some_and(is_unused))
        .collect();
    for id in unused {
        let ty = module.types.get(module.funcs.get(id).ty()).clone();
        let mut stops = FunctionBuilder::new(&mut module.types, ty.params(), ty.results());
        stops.func_body().unreachable();
        let args = ty.params().iter().map(|ty| module.locals.add(*ty)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(stops.local_func(args));
    }
}
