//! Type erasure: lookups of every type in one table, with their answers as boxed facts.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

#[cfg(test)]
use crate::knowledge::Absence;
use crate::knowledge::{Gap, Seen};
use crate::lookup::{Answer, Batch, Call, Lookup, Mend, Missing, Services};

/// The key of a row: any lookup, compared by type and fields.
pub(super) trait Key: Any + Send + Sync + fmt::Debug {
    fn feed(&self, hasher: &mut dyn Hasher);
    fn same(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Any + Send + Sync + fmt::Debug + Hash + Eq> Key for T {
    fn feed(&self, mut hasher: &mut dyn Hasher) {
        self.type_id().hash(&mut hasher);
        self.hash(&mut hasher);
    }
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Hash for dyn Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.feed(state);
    }
}

impl PartialEq for dyn Key {
    fn eq(&self, other: &dyn Key) -> bool {
        self.same(other.as_any())
    }
}

impl Eq for dyn Key {}

/// A found fact: typed for the checks, JSON for the recording.
pub trait Fact: Any + Send + Sync {
    /// The fact as JSON, for the recording.
    fn to_json(&self) -> Value;
}

/// An answer whose type is known only to the lookup.
pub type BoxedAnswer = Result<Seen<Box<dyn Fact>>, Gap>;

struct Recorded<F>(F);

impl<F: serde::Serialize + Send + Sync + 'static> Fact for Recorded<F> {
    fn to_json(&self) -> Value {
        // Facts are plain structs with string keys, which cannot fail to serialize.
        serde_json::to_value(&self.0).unwrap_or(Value::Null)
    }
}

/// The typed content of a boxed fact.
pub(super) fn unbox<F: Send + Sync + serde::Serialize + 'static>(fact: &dyn Fact) -> Option<&F> {
    let any: &dyn Any = fact;
    any.downcast_ref::<Recorded<F>>().map(|recorded| &recorded.0)
}

type Fetching = Pin<Box<dyn Future<Output = Vec<BoxedAnswer>> + Send>>;

/// A lookup of any type, as the run loop sees it.
pub trait Asked: Send + Sync + fmt::Debug {
    /// The call that answers it.
    fn call(&self) -> Call;
    /// The resource, in words.
    fn what(&self) -> String;
    /// The resource of the IAM statement that allows the call.
    fn resource(&self) -> String;
    /// The fix for this absence.
    fn mend(&self, missing: &Missing) -> Mend;
    /// Which lookups may share a request.
    fn batch(&self) -> Option<Batch>;
    /// The key as JSON, for the recording.
    fn to_json(&self) -> Value;
    /// Makes one call for `asked`, which have this type and one batch.
    fn fetch(&self, asked: Vec<Arc<dyn Asked>>, services: Arc<Services>) -> Fetching;
    /// Reads an answer of a recording.
    ///
    /// # Errors
    /// The recorded JSON is not valid.
    fn decode(&self, recorded: Value) -> Result<BoxedAnswer, serde_json::Error>;
    /// For the downcast to the type of the lookup.
    fn as_any(&self) -> &dyn Any;
    /// The absence that the service states in these words.
    #[cfg(test)]
    fn absent(&self, said: &str) -> Absence;
    /// The absences that the service states with an error code.
    #[cfg(test)]
    fn absences(&self) -> Vec<Absence>;
}

fn boxed<F: serde::Serialize + Send + Sync + 'static>(answer: Answer<F>) -> BoxedAnswer {
    answer.map(|seen| match seen {
        Seen::Found(fact) => Seen::Found(Box::new(Recorded(fact)) as Box<dyn Fact>),
        Seen::Absent(absence) => Seen::Absent(absence),
    })
}

impl<L: Lookup> Asked for L {
    fn call(&self) -> Call {
        L::CALL
    }
    fn what(&self) -> String {
        Lookup::what(self)
    }
    fn resource(&self) -> String {
        Lookup::resource(self)
    }
    fn mend(&self, missing: &Missing) -> Mend {
        Lookup::mend(self, missing)
    }
    fn batch(&self) -> Option<Batch> {
        Lookup::batch(self)
    }
    fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
    fn fetch(&self, asked: Vec<Arc<dyn Asked>>, services: Arc<Services>) -> Fetching {
        let own: Vec<L> =
            asked.iter().filter_map(|one| one.as_any().downcast_ref::<L>().cloned()).collect();
        Box::pin(
            async move { L::fetch_all(&own, &services).await.into_iter().map(boxed).collect() },
        )
    }
    fn decode(&self, recorded: Value) -> Result<BoxedAnswer, serde_json::Error> {
        serde_json::from_value::<Answer<L::Fact>>(recorded).map(boxed)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    #[cfg(test)]
    fn absent(&self, said: &str) -> Absence {
        Absence { sentence: self.absence(), said: said.to_owned() }
    }
    #[cfg(test)]
    fn absences(&self) -> Vec<Absence> {
        L::ABSENT.iter().map(|code| Asked::absent(self, code)).collect()
    }
}
