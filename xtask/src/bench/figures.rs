//! From samples to the figures that are printed and recorded: medians, spreads, ratios, verdicts.
//!
//! The ratio of two engines is that of their medians. Nothing here measures or prints.

use serde::{Deserialize, Serialize};

use super::definition::{Bar, Counts, Metric};

/// One run of one engine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) wall_ms: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) rss_mib: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gb_per_s: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own_ms: Option<f64>,
}

impl Sample {
    fn get(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::WallMs => Some(self.wall_ms),
            Metric::CpuMs => Some(self.cpu_ms),
            Metric::RssMib => Some(self.rss_mib),
            Metric::GbPerS => self.gb_per_s,
            Metric::OwnMs => self.own_ms,
        }
    }
}

/// What one engine came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) engine: String,
    pub(crate) version: String,
    /// As in `engines.toml`, before places are filled in.
    pub(crate) args: Vec<String>,
    pub(crate) counts: Counts,
    pub(crate) samples: Vec<Sample>,
}

impl Figures {
    /// Median, least and greatest value of one metric; `None` when it was not taken.
    pub(crate) fn spread(&self, metric: Metric) -> Option<Spread> {
        let values: Option<Vec<f64>> = self.samples.iter().map(|one| one.get(metric)).collect();
        Spread::of(values?)
    }

    /// The median of one metric.
    pub(crate) fn median(&self, metric: Metric) -> Option<f64> {
        self.spread(metric).map(|spread| spread.median)
    }
}

/// The middle and the ends of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    /// `None` of no values.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (least, greatest) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { median, least, greatest })
    }
}

/// How a bar came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Kept,
    Missed,
    /// One of its engines did not run here.
    NotMeasured,
}

/// A bar and what was measured for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub(crate) bar: Bar,
    /// The ratio, or the figure where the bar is against nothing.
    pub(crate) measured: Option<f64>,
    pub(crate) verdict: Verdict,
}

/// The ratio of `engine` to `other` in one metric.
pub(crate) fn ratio(all: &[Figures], engine: &str, other: &str, metric: Metric) -> Option<f64> {
    let median = |name: &str| all.iter().find(|one| one.engine == name)?.median(metric);
    let (mine, its) = (median(engine)?, median(other)?);
    (its > 0.0).then(|| mine / its)
}

/// Holds `all` to one bar.
pub(crate) fn judge(bar: &Bar, all: &[Figures]) -> Judged {
    let measured = match &bar.against {
        Some(other) => ratio(all, &bar.engine, other, bar.metric),
        None => all.iter().find(|one| one.engine == bar.engine).and_then(|o| o.median(bar.metric)),
    };
    let verdict = match measured {
        None => Verdict::NotMeasured,
        Some(value) => {
            let low_enough = bar.at_most.is_none_or(|most| value <= most);
            let high_enough = bar.at_least.is_none_or(|least| value >= least);
            if low_enough && high_enough { Verdict::Kept } else { Verdict::Missed }
        }
    };
    Judged { bar: bar.clone(), measured, verdict }
}

impl Judged {
    /// The bar, the figure and the verdict as one line.
    pub(crate) fn line(&self) -> String {
        let bar = &self.bar;
        let unit = if bar.against.is_some() { "x" } else { bar.metric.unit() };
        let against = bar.against.as_ref().map(|name| format!(" / {name}")).unwrap_or_default();
        let (word, mark) = match (bar.at_most, bar.at_least) {
            (Some(most), _) => ("at most", most),
            (None, Some(least)) => ("at least", least),
            (None, None) => ("any", 0.0),
        };
        let verdict = match self.verdict {
            Verdict::Kept => "kept",
            Verdict::Missed => "MISSED",
            Verdict::NotMeasured => "not measured",
        };
        let measured = self.measured.map_or("-".to_owned(), |v| format!("{} {unit}", figure(v)));
        let head = format!("{} {}{against}", bar.engine, bar.metric.word());
        format!("{head}: {measured}, {word} {mark} {unit}: {verdict}{}", self.further())
    }

    /// The first further mark that is not reached yet.
    fn further(&self) -> String {
        let Some(value) = self.measured.filter(|_| self.verdict == Verdict::Kept) else {
            return String::new();
        };
        let rising = self.bar.at_least.is_some();
        let open =
            self.bar.next.iter().find(|mark| if rising { value < **mark } else { value > **mark });
        match open {
            Some(mark) => format!(", next {mark}"),
            None if self.bar.next.is_empty() => String::new(),
            None => ", every mark reached".to_owned(),
        }
    }
}

/// How far the middle half of an engine's runs lie apart, in percent of their median, where that is
/// so much that something else ran on the machine.
pub(crate) fn noise_percent(one: &Figures) -> Option<f64> {
    const NOISE_PERCENT_MAX: f64 = 10.0;
    let mut walls: Vec<f64> = one.samples.iter().map(|sample| sample.wall_ms).collect();
    walls.sort_by(f64::total_cmp);
    let quarter = walls.len() / 4;
    let middle = &walls[quarter..walls.len() - quarter];
    let (least, greatest) = (middle.first()?, middle.last()?);
    let percent = (greatest - least) / one.median(Metric::WallMs)? * 100.0;
    (percent > NOISE_PERCENT_MAX).then_some(percent)
}

/// A figure with three digits that mean something.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn engine(name: &str, wall_ms: &[f64]) -> Figures {
        let sample = |wall_ms: &f64| Sample {
            wall_ms: *wall_ms,
            cpu_ms: wall_ms * 2.0,
            rss_mib: 8.0,
            gb_per_s: None,
            own_ms: None,
        };
        Figures {
            engine: name.to_owned(),
            version: "1".to_owned(),
            args: Vec::new(),
            counts: Counts::default(),
            samples: wall_ms.iter().map(sample).collect(),
        }
    }

    fn bar(at_most: Option<f64>, at_least: Option<f64>, next: &[f64]) -> Bar {
        Bar {
            engine: "ours".to_owned(),
            metric: Metric::WallMs,
            against: Some("floor".to_owned()),
            at_most,
            at_least,
            next: next.to_vec(),
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_middles() {
        for (values, median) in
            [(vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 3.0, 2.0], 2.5), (vec![7.0], 7.0)]
        {
            assert!((Spread::of(values).unwrap().median - median).abs() < 1e-9);
        }
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        let spread = Spread::of(vec![10.0, 10.2, 900.0, 9.9, 10.1]).unwrap();
        assert_eq!((spread.median, spread.least, spread.greatest), (10.1, 9.9, 900.0));
    }

    #[test]
    fn bars_are_kept_missed_or_not_measured() {
        let all = [engine("ours", &[30.0, 20.0, 25.0]), engine("floor", &[10.0])];
        for (at_most, at_least, verdict) in [
            (Some(2.5), None, Verdict::Kept),
            (Some(2.4), None, Verdict::Missed),
            (None, Some(2.5), Verdict::Kept),
            (None, Some(2.6), Verdict::Missed),
        ] {
            assert_eq!(judge(&bar(at_most, at_least, &[]), &all).verdict, verdict);
        }
        assert_eq!(judge(&bar(Some(9.0), None, &[]), &all[..1]).verdict, Verdict::NotMeasured);
    }

    #[test]
    fn a_bar_against_nothing_takes_the_figure_itself() {
        let mut absolute = bar(Some(15.0), None, &[]);
        absolute.against = None;
        let judged = judge(&absolute, &[engine("ours", &[12.0])]);
        assert_eq!(judged.measured, Some(12.0));
        assert_eq!(judged.line(), "ours wall: 12.0 ms, at most 15 ms: kept");
    }

    #[test]
    fn the_line_tells_the_next_mark() {
        let line = |value: f64| {
            let all = [engine("ours", &[value]), engine("floor", &[10.0])];
            judge(&bar(Some(3.0), None, &[2.0, 1.5]), &all).line()
        };
        assert_eq!(line(25.0), "ours wall / floor: 2.50 x, at most 3 x: kept, next 2");
        assert!(line(17.0).ends_with("kept, next 1.5"));
        assert!(line(14.0).ends_with("kept, every mark reached"));
        assert!(line(40.0).ends_with("MISSED"));
        let all = [engine("ours", &[25.0]), engine("floor", &[10.0])];
        let rising = judge(&bar(None, Some(2.0), &[4.0]), &all).line();
        assert!(rising.ends_with("at least 2 x: kept, next 4"), "{rising}");
    }

    #[test]
    fn noise_is_a_wide_middle_and_not_one_outlier() {
        assert_eq!(noise_percent(&engine("a", &[10.0, 10.1, 90.0, 10.2, 10.3])), None);
        let noise = noise_percent(&engine("a", &[10.0, 15.0, 12.0, 10.0, 13.0])).unwrap();
        assert!((noise - 25.0).abs() < 1e-9, "{noise}");
        assert_eq!(noise_percent(&engine("a", &[10.0])), None);
    }

    #[test]
    fn figures_have_three_digits() {
        for (value, text) in
            [(0.123, "0.12"), (1.5, "1.50"), (12.34, "12.3"), (99.97, "100"), (1234.5, "1234")]
        {
            assert_eq!(figure(value), text);
        }
    }
}
