use std::ops::ControlFlow;

use crate::limits::{BRACE_DEPTH, NAME_BYTES, PATTERN_ALTERNATIVES, PATTERN_BYTES};
use crate::name::{
    GlobKind, Name, NameError, NoName, Pattern, PatternError, PatternIndex, TooComplex, includes, intersects,
};

fn name(text: &str) -> Name<'_> {
    Name::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn refusal(text: &str) -> PatternError {
    Pattern::parse(text).expect_err(text)
}

fn matched(granted: &str, requested: &str) -> bool {
    pattern(granted).matches(&name(requested))
}

fn expansion(text: &str) -> Vec<String> {
    pattern(text).alternatives().map(|glob| glob.as_str().to_owned()).collect()
}

fn lies_in(inner: &str, outer: &str) -> bool {
    includes(&pattern(outer), &pattern(inner)).expect("small")
}

fn overlap(one: &str, other: &str) -> bool {
    let answer = intersects(&pattern(one), &pattern(other)).expect("small");
    assert_eq!(intersects(&pattern(other), &pattern(one)), Ok(answer), "{one} and {other}");
    answer
}

#[test]
fn names_are_segments_joined_by_dots() {
    for text in [
        "a",
        "cms.entry",
        "A-b_9.0",
        "-",
        "a.b.c.d.e.f.g.h",
        "casemate.decision.ask",
        "casemates",
        "cms.casemate",
    ] {
        assert_eq!(name(text).as_str(), text);
        assert_eq!(name(text).segments().collect::<Vec<_>>().join("."), text);
        assert_eq!(name(text).namespace(), text.split('.').next().expect("a segment"));
    }
    assert!(name("casemate.x").is_reserved());
    assert!(!name("casemates.x").is_reserved());
}

#[test]
fn what_is_no_name_is_refused_with_its_place() {
    assert_eq!(Name::parse(""), Err(NameError::Empty));
    assert_eq!(Name::parse("."), Err(NameError::EmptySegment { position: 0 }));
    assert_eq!(Name::parse(".a"), Err(NameError::EmptySegment { position: 0 }));
    assert_eq!(Name::parse("a."), Err(NameError::EmptySegment { position: 2 }));
    assert_eq!(Name::parse("a..b"), Err(NameError::EmptySegment { position: 2 }));
    assert_eq!(Name::parse("a*"), Err(NameError::Character { character: '*', position: 1 }));
    assert_eq!(Name::parse("a.b c"), Err(NameError::Character { character: ' ', position: 3 }));
    assert_eq!(Name::parse("ab\u{e9}"), Err(NameError::Character { character: '\u{e9}', position: 2 }));
    assert_eq!(Name::parse("a\0"), Err(NameError::Character { character: '\0', position: 1 }));
    assert_eq!(Name::parse("casemate"), Err(NameError::Reserved));
    assert_eq!(Name::parse("a..b").expect_err("refused").position(), Some(2));
}

#[test]
fn names_have_at_most_256_bytes() {
    let longest = "a".repeat(NAME_BYTES);
    assert_eq!(name(&longest).as_str().len(), NAME_BYTES);
    let longer = "a".repeat(NAME_BYTES + 1);
    assert_eq!(Name::parse(&longer), Err(NameError::TooLong { bytes: NAME_BYTES + 1 }));
    let dots = format!("{}a", "a.".repeat(127));
    assert_eq!(name(&dots).segments().count(), 128);
    let dot_last = format!("{}.a", "a".repeat(NAME_BYTES - 2));
    assert_eq!(name(&dot_last).namespace().len(), NAME_BYTES - 2);
}

#[test]
fn a_star_is_any_run_with_dots_and_the_empty_one() {
    assert!(matched("cms.*", "cms.entry.list"));
    assert!(matched("cms.*", "cms.a.b"));
    assert!(!matched("cms.*", "cms"));
    assert!(!matched("cms.*", "cmsx.a"));
    assert!(matched("pb.page*", "pb.page"));
    assert!(matched("pb.page*", "pb.pageBlock"));
    assert!(matched("pb.page*", "pb.page.x"));
    assert!(matched("*.read", "a.b.read"));
    assert!(!matched("*.read", "read"));
    assert!(matched("a*c", "ac"));
    assert!(matched("a*c", "a.b.c"));
    assert!(!matched("a*c", "a.b.cd"));
    assert!(matched("*", "a") && matched("*", "a.b.c"));
    assert!(matched("**a***b**", "xaxbx"));
}

#[test]
fn a_question_mark_is_one_character_but_no_dot() {
    assert!(matched("a?c", "abc"));
    assert!(!matched("a?c", "ac"));
    assert!(!matched("a?c", "a.c"));
    assert!(!matched("a?c", "abbc"));
    assert!(matched("*?", "a.b"));
    assert!(matched("*?b", "x.ab"));
    assert!(!matched("x*?b", "x.b"));
}

#[test]
fn names_are_case_sensitive() {
    assert!(!matched("cms.Entry", "cms.entry"));
    assert!(!matched("CMS.*", "cms.entry"));
}

#[test]
fn braces_are_alternatives_that_nest() {
    assert_eq!(expansion("a"), ["a"]);
    assert_eq!(expansion("{a,b}.{x,y}"), ["a.x", "a.y", "b.x", "b.y"]);
    assert_eq!(expansion("a{,.b{,c}}"), ["a", "a.b", "a.bc"]);
    assert_eq!(expansion("{a,{b,{c,d}}}"), ["a", "b", "c", "d"]);
    assert_eq!(expansion("a{}b"), ["ab"]);
    assert_eq!(expansion("{a,a,{a}}"), ["a"]);
    assert_eq!(expansion("a{*,**,*{*,}}"), ["a*"]);
    assert_eq!(expansion("{cms.*,pb.pa?e}"), ["cms.*", "pb.pa?e"]);
    assert!(matched("cms.{entry,model}.{read,list}", "cms.model.list"));
    assert!(!matched("cms.{entry,model}.{read,list}", "cms.model"));
}

#[test]
fn other_characters_are_refused_with_their_position() {
    for (text, character, position) in [
        ("!cms.*", '!', 0),
        ("cms.[ab]", '[', 4),
        ("cms entry", ' ', 3),
        ("cms.\u{e9}", '\u{e9}', 4),
        ("a\\*", '\\', 1),
    ] {
        assert_eq!(refusal(text), PatternError::Character { character, position });
        assert_eq!(refusal(text).position(), Some(position));
    }
    assert_eq!(refusal(""), PatternError::Empty);
}

#[test]
fn unbalanced_braces_and_stray_commas_are_refused_with_their_position() {
    assert_eq!(refusal("a{b"), PatternError::Unclosed { position: 1 });
    assert_eq!(refusal("a{b,{c}"), PatternError::Unclosed { position: 1 });
    assert_eq!(refusal("ab}"), PatternError::Unopened { position: 2 });
    assert_eq!(refusal("{a}}"), PatternError::Unopened { position: 3 });
    assert_eq!(refusal("a,b"), PatternError::CommaOutsideBraces { position: 1 });
    assert_eq!(refusal("{a,b},c"), PatternError::CommaOutsideBraces { position: 5 });
}

#[test]
fn limits_hold_at_the_limit_and_not_one_over() {
    let filler = "x{}".repeat(250);
    let at_limit = format!("{filler}{}", "{}".repeat((PATTERN_BYTES - filler.len()) / 2));
    assert_eq!(at_limit.len(), PATTERN_BYTES);
    assert_eq!(expansion(&at_limit), ["x".repeat(250)]);
    assert_eq!(refusal(&format!("{at_limit}x")), PatternError::TooLong { bytes: PATTERN_BYTES + 1 });

    let deep = |depth| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
    assert_eq!(expansion(&deep(BRACE_DEPTH)), ["a"]);
    assert_eq!(refusal(&deep(BRACE_DEPTH + 1)), PatternError::TooDeep { position: BRACE_DEPTH });

    let thousand = "{a,b}".repeat(10);
    assert_eq!(expansion(&thousand).len(), PATTERN_ALTERNATIVES);
    let one_over = format!("{{{thousand},c}}");
    assert_eq!(
        refusal(&one_over),
        PatternError::TooManyAlternatives { alternatives: PATTERN_ALTERNATIVES + 1 }
    );
    // Counted before expansion, and before duplicates are dropped.
    assert_eq!(refusal(&"{a,a}".repeat(200)), PatternError::TooManyAlternatives { alternatives: usize::MAX });
}

#[test]
fn a_pattern_that_no_name_can_match_is_refused() {
    let nothing = |text: &str, alternative: &str, reason: NoName| {
        assert_eq!(refusal(text), PatternError::MatchesNothing { alternative: alternative.into(), reason });
    };
    for text in ["cms..x", ".cms", "cms.", ".", "..", "*..*", ".*", "*.", "a.?..*"] {
        nothing(text, text, NoName::EmptySegment);
    }
    nothing("cms.{a,}", "cms.", NoName::EmptySegment);
    nothing("cms.{a,.b}", "cms..b", NoName::EmptySegment);
    nothing("{a,}", "", NoName::EmptySegment);
    nothing("{}", "", NoName::EmptySegment);
    let long = "?".repeat(NAME_BYTES);
    assert!(Pattern::parse(&format!("{long}*")).is_ok());
    assert!(Pattern::parse(&format!("*.{}", "a".repeat(NAME_BYTES - 2))).is_ok());
    let longer = format!("{long}a*");
    nothing(&longer, &longer, NoName::TooLong { bytes: NAME_BYTES + 1 });
    let needs_a_segment = format!("*.{}", "a".repeat(NAME_BYTES - 1));
    nothing(&needs_a_segment, &needs_a_segment, NoName::TooLong { bytes: NAME_BYTES + 1 });
    // Stars fill what a dot needs on either side of it.
    for text in ["*.*", "*.*.*", "?.*", "*?", "a*.b"] {
        assert!(Pattern::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn only_text_that_begins_so_reaches_the_namespace_casemate() {
    assert!(matched("casemate.*", "casemate.decision.ask"));
    assert!(matched("casemate.{decision.ask,audit.*}", "casemate.audit.list"));
    assert!(pattern("casemate.*").reaches_reserved());
    for text in ["*", "c*", "casemate*", "casemat?.*", "*.ask", "*.*", "?asemate.x", "{casemates,x}.*"] {
        assert!(!matched(text, "casemate.ask"), "{text}");
        assert!(!pattern(text).reaches_reserved(), "{text}");
    }
    assert!(!matched("*.x", "casemate.x"));
    assert!(matched("*", "casemates") && matched("casemate*", "casemate-x.y"));
    for (text, alternative) in [
        ("casemate", "casemate"),
        ("{casemate,x}", "casemate"),
        ("{casemate.x,x}", "casemate.x"),
        ("{casemate}.x", "casemate.x"),
        ("case{mate.*,x}", "casemate.*"),
        ("casemate{,s}.x", "casemate.x"),
    ] {
        assert_eq!(
            refusal(text),
            PatternError::MatchesNothing { alternative: alternative.into(), reason: NoName::Reserved }
        );
    }
    // The only name short enough would lie in the namespace.
    let tail = "a".repeat(NAME_BYTES - "casemate.".len());
    assert_eq!(
        refusal(&format!("*casemate.{tail}")),
        PatternError::MatchesNothing {
            alternative: format!("*casemate.{tail}").into(),
            reason: NoName::TooLong { bytes: NAME_BYTES + 1 }
        }
    );
}

#[test]
fn globs_know_their_kind_and_beginning() {
    let only = |text: &str| {
        let pattern = pattern(text);
        let glob = pattern.alternatives().next().expect("one");
        (glob.kind(), glob.literal_prefix().to_owned())
    };
    assert_eq!(only("cms.entry"), (GlobKind::Exact, "cms.entry".to_owned()));
    assert_eq!(only("cms.*"), (GlobKind::Prefix, "cms.".to_owned()));
    assert_eq!(only("cms.e**"), (GlobKind::Prefix, "cms.e".to_owned()));
    assert_eq!(only("*"), (GlobKind::Prefix, String::new()));
    assert_eq!(only("cms.?"), (GlobKind::General, "cms.".to_owned()));
    assert_eq!(only("cms.*.x"), (GlobKind::General, "cms.".to_owned()));
    assert_eq!(pattern("cms.{entry}").as_exact(), Some("cms.entry"));
    assert_eq!(pattern("cms.{entry,x}").as_exact(), None);
    assert_eq!(pattern("cms.*").as_exact(), None);
}

#[test]
fn inclusion_is_that_of_the_languages() {
    for (inner, outer) in [
        ("cms.entry", "cms.*"),
        ("cms.*", "cms.*"),
        ("cms.*", "*"),
        ("cms.entry.*", "cms.*"),
        ("cms.{a,b}", "cms.?"),
        ("cms.?", "cms.*"),
        ("*.read", "*.re*"),
        ("*a*b*", "*a*"),
        ("a*", "{a,a?*,a.*}"),
        ("*", "{?*,x}"),
        ("casemate.a", "casemate.*"),
        ("cms.x*y", "cms.{x*,z}"),
        ("*.*", "*?*.*?*"),
        // Names have no empty segments, so what stands behind a dot is never a dot.
        ("cms.*", "cms.?*"),
        // Nothing but what `casemate.…` reaches lies outside.
        ("casemat?.*", "casemat?*.*"),
    ] {
        assert!(lies_in(inner, outer), "{inner} in {outer}");
    }
    for (inner, outer) in [
        ("*", "cms.*"),
        ("cms*", "cms.*"),
        ("cms.*", "cms.{a*,b*}"),
        ("cms.?", "cms.{a,b}"),
        ("cms.*", "cms.?"),
        ("a*", "{a?*,a.*}"),
        ("casemate.a", "*"),
        ("a", "casemate.*"),
        ("*a*", "*a*b*"),
        ("{cms.a,pb.a}", "cms.*"),
        ("a*a", "a?*a"),
    ] {
        assert!(!lies_in(inner, outer), "{inner} in {outer}");
    }
}

#[test]
fn inclusion_counts_only_names_that_are_short_enough() {
    let most = "?".repeat(NAME_BYTES - 1);
    // Both end where names end: the longer run that `*` could take would be no name.
    assert!(lies_in(&format!("{most}*"), &format!("{{{most},{most}?}}")));
    assert!(!lies_in(&format!("{}*", "?".repeat(NAME_BYTES - 2)), &format!("{{{most},{most}?}}")));
    let half = "a".repeat(NAME_BYTES / 2);
    assert!(overlap(&format!("{half}*"), &format!("*{half}")));
    assert!(!overlap(&format!("{half}b*"), &format!("*{half}")), "they share only longer texts");
}

#[test]
fn patterns_overlap_where_they_share_a_name() {
    for (one, other) in [
        ("cms.*", "*.read"),
        ("a*", "*a"),
        ("a?", "?b"),
        ("{a,b}.x", "b.*"),
        ("*", "*"),
        ("cms.entry", "cms.e*"),
    ] {
        assert!(overlap(one, other), "{one} and {other}");
    }
    for (one, other) in [
        ("cms.*", "pb.*"),
        ("a", "b"),
        ("a?", "a"),
        ("*", "casemate.*"),
        ("a.?", "a.??"),
        ("a?b", "a.b"),
        ("casemat?", "?asemate"),
        ("casemat?*.x", "*casemate.x{}"),
    ] {
        let expected = one == "casemat?*.x";
        assert_eq!(overlap(one, other), expected, "{one} and {other}");
    }
}

#[test]
fn hostile_comparisons_end_within_their_steps() {
    let many = "{a,b}".repeat(10);
    let one = pattern(&format!("{many}{}", "*a*b".repeat(60)));
    let other = pattern(&format!("{many}{}c*", "*b?*a".repeat(48)));
    assert_eq!(includes(&other, &one), Err(TooComplex));
    assert_eq!(intersects(&other, &one), Ok(true));
    let wide = pattern(&format!("{{{}}}", (0..60).map(|n| format!("*{n}?*x")).collect::<Vec<_>>().join(",")));
    assert_eq!(includes(&wide, &pattern("*1*2*3*4*5*6*7*8*9*z")), Ok(false));
    let subsets = pattern(&format!(
        "{{{}}}",
        (1..40).map(|n| format!("*a{}b", "?".repeat(n))).collect::<Vec<_>>().join(",")
    ));
    assert_eq!(includes(&subsets, &pattern("*a????????????????????????????????????????*c")), Ok(false));
    assert_eq!(includes(&subsets, &pattern("*a????????????????????????????????????????*b")), Err(TooComplex));
}

#[test]
fn matching_never_backtracks_exponentially() {
    // With backtracking to every star this takes longer than the universe has; as it is, 256 x 256 comparisons at most.
    let granted = pattern(&format!("{}b", "*a".repeat(120)));
    let requested = "a".repeat(NAME_BYTES);
    for _ in 0..100 {
        assert!(!granted.matches(&name(&requested)));
    }
}

#[test]
fn the_index_breaks_off_when_told() {
    let text = "a.*";
    let index = PatternIndex::build(text, [(0..3, 1), (0..3, 2)]);
    let mut calls = 0;
    let broke = index.for_each_match(text, &name("a.b"), |payload| {
        calls += 1;
        ControlFlow::Break(payload)
    });
    assert!(matches!(broke, ControlFlow::Break(1 | 2)));
    assert_eq!(calls, 1);
    assert_eq!(index.len(), 2);
}

#[test]
fn patterns_of_every_depth_are_found_under_names_with_many_dots() {
    let segments = |count: usize| vec!["a"; count].join(".");
    let names: Vec<String> = (1..=40).map(segments).collect();
    let mut text = String::new();
    let mut ranges = Vec::new();
    for (pattern, payload) in names.iter().map(|name| format!("{name}.*")).zip(1_u32..) {
        let start = u32::try_from(text.len()).expect("short");
        text.push_str(&pattern);
        ranges.push((start..u32::try_from(text.len()).expect("short"), payload));
    }
    let index = PatternIndex::build(&text, ranges);
    for (asked, depth) in names.iter().zip(1_u32..) {
        let mut found = Vec::new();
        let _: ControlFlow<()> = index.for_each_match(&text, &name(asked), |payload| {
            found.push(payload);
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        assert_eq!(found, (1..depth).collect::<Vec<_>>(), "{asked}");
    }
}
