//! The SEN register: which children have extra help, by which codes.

use shared::{PupilId, census};
use time::Date;

use super::{SchoolTransaction, known::Known};

/// What the address asks to see.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only children that whoever asks may read about.
    pub known: Known,
    /// Parts of a name, the full one or what they are called, in any order.
    pub name: Option<String>,
    pub class_name: Option<String>,
    /// `K` or `E`; without it both, with `N` those without extra help, and with `all` everybody.
    pub provision: Option<String>,
    /// A code; rank does not matter.
    pub need: Option<String>,
    pub only_late: bool,
    pub only_looked_after: bool,
    /// Only children who have left the school.
    pub only_left: bool,
    /// Who is to be reviewed first comes first, instead of by name.
    pub by_review: bool,
}

/// One child’s line.
#[derive(Clone, Debug)]
pub struct Line {
    pub pupil: PupilId,
    pub name: String,
    pub full_name: String,
    pub year_group: String,
    pub class_name: String,
    pub upn: Option<String>,
    pub born_on: Option<Date>,
    pub sen_provision: String,
    pub sen_since: Option<Date>,
    pub needs: Vec<String>,
    pub looked_after: bool,
    pub key_adult: Option<String>,
    pub home_language: String,
    pub left_on: Option<Date>,
    pub held_this_year: i64,
    /// When the plan says to look back on it, if there is one that no meeting has looked back on.
    pub review_on: Option<Date>,
    /// Of how many there are without a limit, and how many of these are late.
    pub all: i64,
    pub late: i64,
}

/// By name. `today` decides what is late and which school year it is.
pub async fn lines(
    txn: &mut SchoolTransaction,
    wanted: &Wanted,
    today: Date,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query!(
        r#"select p.id, person.display_name, person.full_name, p.year_group, p.class_name, p.upn, p.born_on,
                  p.sen_provision, p.sen_since, p.looked_after, p.home_language, p.left_on, adult.display_name as "key_adult?",
                  array(select code from pupil_needs where pupil_id = p.id order by rank) as "needs!",
                  (select count(distinct m.held_on) from meetings m
                   where m.pupil_id = p.id and not m.for_passport and m.with_family
                     and extract(year from m.held_on + interval '4 months')
                       = extract(year from $8::date + interval '4 months')) as "held!",
                  due.review_on as "review_on?", count(*) over () as "all!",
                  count(*) filter (where due.review_on < $8) over () as "late!"
           from pupils p
             join people person on person.id = p.person_id
             left join people adult on adult.id = p.key_adult_id
             left join lateral (
               select r.review_on from agreed_records r
               where r.pupil_id = p.id order by r.held_on desc, r.cycle desc limit 1
             ) due on true
           where ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($12)
             and ($2::text is null or not exists (
               select from unnest(string_to_array(lower($2), ' ')) part
               where strpos(lower(person.full_name || ' ' || person.display_name), part) = 0
             ))
             and ($3::text is null or p.class_name = $3)
             and (p.sen_provision = $4 or $4 = 'all' or ($4::text is null and p.sen_provision <> 'N'))
             and ($5::text is null or exists (select from pupil_needs where pupil_id = p.id and code = $5))
             and (not $6 or due.review_on < $8)
             and (not $7 or p.looked_after)
             and (p.left_on <= $13) is not true and (not $14 or p.left_on <= $8)
           order by case when $11 then due.review_on end nulls last, person.display_name, person.full_name, p.id
           limit $9 offset $10"#,
        wanted.known.only.as_deref(),
        wanted.name,
        wanted.class_name,
        wanted.provision,
        wanted.need,
        wanted.only_late,
        wanted.only_looked_after,
        today,
        limit,
        offset,
        wanted.by_review,
        &wanted.known.never,
        wanted.known.here_on,
        wanted.only_left
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            pupil: PupilId(row.id),
            name: row.display_name,
            full_name: row.full_name,
            year_group: row.year_group,
            class_name: row.class_name,
            upn: row.upn,
            born_on: row.born_on,
            sen_provision: row.sen_provision,
            sen_since: row.sen_since,
            needs: row.needs,
            looked_after: row.looked_after,
            key_adult: row.key_adult,
            home_language: row.home_language,
            left_on: row.left_on,
            held_this_year: row.held,
            review_on: row.review_on,
            all: row.all,
            late: row.late,
        })
        .collect())
}

/// Of a provision, and of who is here or has left.
pub struct Count {
    pub sen_provision: String,
    pub has_left: bool,
    pub children: i64,
}

/// How many children have each kind of provision, and how many had when they left.
pub async fn counts(txn: &mut SchoolTransaction, known: &Known, today: Date) -> sqlx::Result<Vec<Count>> {
    sqlx::query_as!(
        Count,
        r#"select sen_provision, (left_on <= $3) is true as "has_left!", count(*) as "children!" from pupils p
           where ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
           group by 1, 2"#,
        known.only.as_deref(),
        &known.never,
        today
    )
    .fetch_all(txn.connection())
    .await
}

pub async fn classes(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select distinct class_name from pupils p
           where class_name <> '' and ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
             and (p.left_on <= $3) is not true
           order by 1"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await
}

/// A need of a child with extra help.
#[derive(Clone, Debug)]
pub struct Need {
    pub pupil: PupilId,
    pub name: String,
    pub year_group: String,
    pub class_name: String,
    pub code: String,
    pub is_main: bool,
}

/// Each need of each child, the main one first.
pub async fn needs(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<Need>> {
    let rows = sqlx::query!(
        r#"select p.id, person.display_name, p.year_group, p.class_name, need.code, need.rank = 1 as "is_main!"
         from pupils p
           join people person on person.id = p.person_id
           join pupil_needs need on need.pupil_id = p.id
         where p.sen_provision <> 'N' and ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
           and (p.left_on <= $3) is not true
         order by person.display_name, p.id, need.rank"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Need {
            pupil: PupilId(row.id),
            name: row.display_name,
            year_group: row.year_group,
            class_name: row.class_name,
            code: row.code,
            is_main: row.is_main,
        })
        .collect())
}

/// A child whose codes do not fit together, or are missing.
pub struct Faulty {
    pub pupil: PupilId,
    pub full_name: String,
    pub provision: String,
    pub needs: Vec<String>,
}

/// Children that the census may send back; `shared::census` says why. Each rule needs one of these.
pub async fn faulty(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<Faulty>> {
    let rows = sqlx::query!(
        r#"select p.id, person.full_name, p.sen_provision, needs.codes as "needs!"
           from pupils p
             join people person on person.id = p.person_id
             cross join lateral (
               select array(select code from pupil_needs where pupil_id = p.id order by rank) as codes
             ) needs
           where ((p.sen_provision = 'N') <> (cardinality(needs.codes) = 0)
               or ('NSA' = any (needs.codes) and (p.sen_provision <> 'K' or cardinality(needs.codes) > 1)))
             and ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
             and (p.left_on <= $3) is not true
           order by person.full_name
           limit 100"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Faulty {
            pupil: PupilId(row.id),
            full_name: row.full_name,
            provision: row.sen_provision,
            needs: row.needs,
        })
        .collect())
}

/// Who has no number, or a wrong one, or no birthday: the census sends all of them back.
pub struct Bare {
    pub pupil: PupilId,
    pub full_name: String,
    pub has_upn: bool,
    pub has_birthday: bool,
}

/// The first hundred of them.
pub async fn bare(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<Bare>> {
    let rows = sqlx::query!(
        r#"select p.id, person.full_name, p.upn, p.born_on is not null as "has_birthday!"
           from pupils p join people person on person.id = p.person_id
           where ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
             and (p.left_on <= $3) is not true
           order by person.full_name, p.id"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Bare {
            pupil: PupilId(row.id),
            full_name: row.full_name,
            // A wrong one can be older than the rule that refuses it.
            has_upn: row.upn.is_some_and(|upn| census::upn_fault(&upn).is_none()),
            has_birthday: row.has_birthday,
        })
        .filter(|child| !child.has_upn || !child.has_birthday)
        .take(100)
        .collect())
}

/// Children who may be here twice: of the same name and birthday.
pub async fn twice(txn: &mut SchoolTransaction, known: &Known) -> sqlx::Result<Vec<(PupilId, String)>> {
    let rows = sqlx::query!(
        r#"select p.id, person.full_name
           from pupils p join people person on person.id = p.person_id
           where (p.born_on, lower(person.full_name)) in (
               select p.born_on, lower(person.full_name)
               from pupils p join people person on person.id = p.person_id
               where p.born_on is not null
               group by 1, 2 having count(*) > 1
             )
             and ($1::uuid[] is null or p.id = any ($1)) and p.id <> all ($2)
             and (p.left_on <= $3) is not true
           order by person.full_name, p.id
           limit 100"#,
        known.only.as_deref(),
        &known.never,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (PupilId(row.id), row.full_name)).collect())
}
