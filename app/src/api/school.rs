//! The pages about many children.

use leptos::prelude::*;

use crate::{
    error::AppError,
    view::{
        map::{ImpactPage, ImpactQuery, MapPage, MapQuery},
        register::{RegisterPage, RegisterQuery},
    },
};

#[server]
pub async fn read_register(query: RegisterQuery) -> Result<RegisterPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    let mut page = backend.register_page(viewer, query).await?;
    // When a file was sent, the page answers with what is wrong in it.
    page.refused = use_context();
    Ok(page)
}

#[server]
pub async fn read_map(query: MapQuery) -> Result<MapPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.map_page(viewer, query).await
}

#[server]
pub async fn read_impact(query: ImpactQuery) -> Result<ImpactPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.impact_page(viewer, query).await
}
