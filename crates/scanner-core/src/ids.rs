//! Ids as `u32` newtypes that refuse to overflow: a rule id is never mistaken for a file id.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The id for `raw`.
            pub const fn new(raw: u32) -> Self {
                Self(raw)
            }

            /// The id for the index of a table, or `None` where the table is larger than ids reach.
            pub fn from_index(index: usize) -> Option<Self> {
                u32::try_from(index).ok().map(Self)
            }

            /// The number itself.
            pub const fn raw(self) -> u32 {
                self.0
            }

            /// The number as an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// An object within one worker's run; changes with every object that a worker starts.
    FileId
);
id!(
    /// A rule's place in the engine's tables.
    RuleId
);
id!(
    /// One of the scan's threads.
    WorkerId
);
id!(
    /// A link of the chain of decode steps; [`StepId::ROOT`] means the bytes of the object itself.
    StepId
);

impl StepId {
    /// Bytes that were not decoded from anything.
    pub const ROOT: Self = Self(u32::MAX);

    /// Whether this is the root.
    pub const fn is_root(self) -> bool {
        self.0 == u32::MAX
    }
}
