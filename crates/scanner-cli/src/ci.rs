//! Which commits a job of a hosted CI brings, by the variables that these services set.
//!
//! A service names its base as a commit or as a branch; a branch may be there as a remote-tracking one only. So the
//! answer is a list of ranges, the likeliest first; the first whose names the repository knows is taken.

/// Asks the environment for a variable; empty ones count as unset.
pub(crate) type Get<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Recognises one service by its variables.
type Service = fn(Get<'_>) -> Option<Vec<String>>;

/// The ranges of this job, or nothing where no service is recognised.
pub(crate) fn ranges(get: Get<'_>) -> Option<Vec<String>> {
    let services: [Service; 11] = [
        github, gitlab, azure, bitbucket, buildkite, jenkins, travis, semaphore, drone, woodpecker,
        appveyor,
    ];
    services.iter().find_map(|service| service(get))
}

/// Commits behind `base`, a commit.
fn from_commit(base: &str, head: &str) -> Vec<String> {
    vec![format!("{base}..{head}")]
}

/// Commits that a branch is to get.
fn from_branch(base: &str, head: &str) -> Vec<String> {
    let base = base.strip_prefix("refs/heads/").unwrap_or(base);
    vec![
        format!("refs/remotes/origin/{base}..{head}"),
        format!("refs/heads/{base}..{head}"),
        format!("{base}..{head}"),
    ]
}

/// A push; a base of zeros means a new branch.
fn from_push(before: Option<String>, head: &str, default_branch: Option<String>) -> Vec<String> {
    let before = before.filter(|id| id.bytes().any(|byte| byte != b'0'));
    let mut ranges = before.map(|id| from_commit(&id, head)).unwrap_or_default();
    if let Some(branch) = default_branch {
        ranges.extend(from_branch(&branch, head));
    }
    ranges.push(head.to_owned());
    ranges
}

fn github(get: Get<'_>) -> Option<Vec<String>> {
    get("GITHUB_ACTIONS")?;
    let head = get("GITHUB_SHA").unwrap_or_else(|| "HEAD".to_owned());
    if let Some(base) = get("GITHUB_BASE_REF") {
        return Some(from_branch(&base, &head));
    }
    // What a push had before stands in the event's file, which the caller has read.
    Some(from_push(get("GITHUB_EVENT_BEFORE"), &head, None))
}

fn gitlab(get: Get<'_>) -> Option<Vec<String>> {
    get("GITLAB_CI")?;
    let head = get("CI_COMMIT_SHA").unwrap_or_else(|| "HEAD".to_owned());
    if let Some(base) = get("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        return Some(from_commit(&base, &head));
    }
    if let Some(base) = get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") {
        return Some(from_branch(&base, &head));
    }
    Some(from_push(get("CI_COMMIT_BEFORE_SHA"), &head, get("CI_DEFAULT_BRANCH")))
}

fn azure(get: Get<'_>) -> Option<Vec<String>> {
    get("TF_BUILD")?;
    let head = get("BUILD_SOURCEVERSION").unwrap_or_else(|| "HEAD".to_owned());
    match get("SYSTEM_PULLREQUEST_TARGETBRANCH") {
        Some(base) => Some(from_branch(&base, &head)),
        None => Some(vec![format!("{head}^..{head}"), head]),
    }
}

fn bitbucket(get: Get<'_>) -> Option<Vec<String>> {
    get("BITBUCKET_BUILD_NUMBER")?;
    let head = get("BITBUCKET_COMMIT").unwrap_or_else(|| "HEAD".to_owned());
    if let Some(base) = get("BITBUCKET_PR_DESTINATION_COMMIT") {
        return Some(from_commit(&base, &head));
    }
    match get("BITBUCKET_PR_DESTINATION_BRANCH") {
        Some(base) => Some(from_branch(&base, &head)),
        None => Some(vec![format!("{head}^..{head}"), head]),
    }
}

fn buildkite(get: Get<'_>) -> Option<Vec<String>> {
    get("BUILDKITE")?;
    let head = get("BUILDKITE_COMMIT").unwrap_or_else(|| "HEAD".to_owned());
    let base = get("BUILDKITE_PULL_REQUEST_BASE_BRANCH");
    let base = base.or_else(|| get("BUILDKITE_PIPELINE_DEFAULT_BRANCH"));
    Some(from_push(None, &head, base))
}

fn jenkins(get: Get<'_>) -> Option<Vec<String>> {
    get("JENKINS_URL")?;
    let head = get("GIT_COMMIT").unwrap_or_else(|| "HEAD".to_owned());
    match get("CHANGE_TARGET") {
        Some(base) => Some(from_branch(&base, &head)),
        None => Some(from_push(get("GIT_PREVIOUS_SUCCESSFUL_COMMIT"), &head, None)),
    }
}

fn travis(get: Get<'_>) -> Option<Vec<String>> {
    get("TRAVIS")?;
    let range = get("TRAVIS_COMMIT_RANGE")?;
    Some(vec![range.replace("...", ".."), "HEAD".to_owned()])
}

fn semaphore(get: Get<'_>) -> Option<Vec<String>> {
    get("SEMAPHORE")?;
    let range = get("SEMAPHORE_GIT_COMMIT_RANGE")?;
    Some(vec![range.replace("...", ".."), "HEAD".to_owned()])
}

fn drone(get: Get<'_>) -> Option<Vec<String>> {
    get("DRONE")?;
    let head = get("DRONE_COMMIT_AFTER").or_else(|| get("DRONE_COMMIT"));
    let head = head.unwrap_or_else(|| "HEAD".to_owned());
    if get("DRONE_PULL_REQUEST").is_some()
        && let Some(base) = get("DRONE_TARGET_BRANCH")
    {
        return Some(from_branch(&base, &head));
    }
    Some(from_push(get("DRONE_COMMIT_BEFORE"), &head, get("DRONE_REPO_BRANCH")))
}

fn woodpecker(get: Get<'_>) -> Option<Vec<String>> {
    get("CI_PIPELINE_EVENT")?;
    let head = get("CI_COMMIT_SHA").unwrap_or_else(|| "HEAD".to_owned());
    match get("CI_COMMIT_TARGET_BRANCH") {
        Some(base) => Some(from_branch(&base, &head)),
        None => Some(from_push(get("CI_PREV_COMMIT_SHA"), &head, get("CI_REPO_DEFAULT_BRANCH"))),
    }
}

fn appveyor(get: Get<'_>) -> Option<Vec<String>> {
    get("APPVEYOR")?;
    let head = get("APPVEYOR_PULL_REQUEST_HEAD_COMMIT").or_else(|| get("APPVEYOR_REPO_COMMIT"));
    let head = head.unwrap_or_else(|| "HEAD".to_owned());
    match get("APPVEYOR_PULL_REQUEST_NUMBER").and_then(|_| get("APPVEYOR_REPO_BRANCH")) {
        Some(base) => Some(from_branch(&base, &head)),
        None => Some(vec![format!("{head}^..{head}"), head]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], want: Option<&str>) {
        let get = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(ranges(&get).and_then(|all| all.first().cloned()).as_deref(), want);
    }

    #[test]
    fn each_service_names_its_range() {
        let zeros = "0".repeat(40);
        check(&[("HOME", "/root")], None);
        check(
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main"), ("GITHUB_SHA", "c0ffee")],
            Some("refs/remotes/origin/main..c0ffee"),
        );
        check(
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_BEFORE", "ab"), ("GITHUB_SHA", "cd")],
            Some("ab..cd"),
        );
        check(
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_BEFORE", &zeros), ("GITHUB_SHA", "cd")],
            Some("cd"),
        );
        check(
            &[
                ("GITLAB_CI", "true"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "ab"),
                ("CI_COMMIT_SHA", "cd"),
            ],
            Some("ab..cd"),
        );
        check(
            &[
                ("GITLAB_CI", "true"),
                ("CI_COMMIT_BEFORE_SHA", &zeros),
                ("CI_COMMIT_SHA", "cd"),
                ("CI_DEFAULT_BRANCH", "trunk"),
            ],
            Some("refs/remotes/origin/trunk..cd"),
        );
        check(
            &[
                ("TF_BUILD", "True"),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
                ("BUILD_SOURCEVERSION", "cd"),
            ],
            Some("refs/remotes/origin/main..cd"),
        );
        check(&[("TRAVIS", "true"), ("TRAVIS_COMMIT_RANGE", "ab...cd")], Some("ab..cd"));
        check(&[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_COMMIT", "cd")], Some("cd^..cd"));
        check(
            &[("JENKINS_URL", "x"), ("CHANGE_TARGET", "main"), ("GIT_COMMIT", "cd")],
            Some("refs/remotes/origin/main..cd"),
        );
        check(
            &[("DRONE", "true"), ("DRONE_COMMIT_BEFORE", "ab"), ("DRONE_COMMIT_AFTER", "cd")],
            Some("ab..cd"),
        );
    }
}
