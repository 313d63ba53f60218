//! From what went wrong inside to what a person reads.
//!
//! The cause is logged here, once; the person is told what it means for them, and never the cause.

use app::error::AppError;

use crate::room::RoomError;

/// For `map_err`: something of ours did not work, and it is worth trying again.
pub(crate) fn unavailable(error: impl std::error::Error) -> AppError {
    tracing::error!(error = %error, "a request could not be answered");
    AppError::Unavailable
}

pub(crate) fn of_room(error: RoomError) -> AppError {
    match error {
        RoomError::NotFound => AppError::NotFound,
        RoomError::Elsewhere => AppError::Elsewhere,
        RoomError::Changed => AppError::TextChanged,
        RoomError::Busy | RoomError::Closed => unavailable(error),
    }
}

/// Whether Postgres refused because of this constraint.
pub(crate) fn is_violation(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some(constraint)
}
