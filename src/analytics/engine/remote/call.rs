//! Calls to the server: every wait has a bound, ends when a person cancels, and tells a server that is gone from one that
//! works long.
//!
//! The client tries again when a connection breaks, in the hope that the server is only busy. It has no sign of life: a
//! machine that was unplugged looks like one that thinks. Therefore a small question is asked beside the work, again and
//! again; a server that does not even answer that is gone.

use std::{sync::Arc, time::Duration};

use spark_connect_core::{
    channel::ChannelBuilder,
    client::SparkConnectClient,
    error::SparkError,
    retries::RetryPolicy,
    runtime::{block_on, get_runtime},
};
use spark_connect_proto::{
    AnalyzePlanRequest, AnalyzePlanResponse, ExecutePlanRequest, Plan, Relation, UserContext,
    analyze_plan_request::{Analyze, Explain, SparkVersion, explain::ExplainMode},
    analyze_plan_response,
    execute_plan_response::{ExecutionProgress, ResponseType},
};
use tokio::time::{sleep, timeout};

use super::{super::EngineError, relations};
use crate::jobs::Progress;

/// For the first answer of a server.
const GREETING: Duration = Duration::from_secs(15);
/// Between two looks whether a person cancelled.
const GLANCE: Duration = Duration::from_millis(25);
/// Between two looks whether the server is there.
const PULSE: Duration = Duration::from_secs(5);
/// For the answer to such a look.
const PULSE_ANSWER: Duration = Duration::from_secs(10);
/// So many looks without an answer, and the server is gone.
const PULSES_MISSED: u32 = 2;
/// For telling the server that nobody waits any more.
const FAREWELL: Duration = Duration::from_secs(2);
/// Largest answer taken in.
const MAX_ANSWER_BYTES: usize = 1 << 30;

/// gRPC's codes for a missing or wrong token.
const NOT_LET_IN: [i32; 2] = [7, 16];

/// The tag of all work of a session, by which it is interrupted.
const TAG: &str = "lakescope";

/// A session on the server.
pub(super) struct Session {
    client: Arc<SparkConnectClient>,
    host: String,
}

/// Parts of an answer, each an Arrow stream.
type Streams = Vec<Box<dyn AsRef<[u8]> + Send>>;

impl Session {
    /// Connects and greets.
    pub(super) fn open(channel: &ChannelBuilder, progress: &Progress) -> Result<Self, EngineError> {
        let host = channel.endpoint();
        let mut client = block_on(SparkConnectClient::connect(channel))
            .map_err(|error| EngineError::Unreachable { host: host.clone(), what: words(&error) })?;
        // The client would go on trying for ten minutes.
        client.set_retry_policy(RetryPolicy {
            max_retries: Some(2),
            initial_backoff_ms: 200,
            max_backoff_ms: Some(1000),
            ..RetryPolicy::default()
        });
        let session = Self { client: Arc::new(client), host };
        let greeted = block_on(async {
            tokio::select! {
                biased;
                () = cancelled(progress) => Err(EngineError::Cancelled),
                answer = timeout(GREETING, session.version()) => match answer {
                    Ok(answer) => answer.map_err(|error| session.unreachable(&error)),
                    Err(_) => Err(EngineError::Unreachable {
                        host: session.host.clone(),
                        what: format!("no answer within {} s", GREETING.as_secs()),
                    }),
                },
            }
        });
        greeted?;
        // Times without a zone are UTC.
        session.wait(progress, session.client.set_config("spark.sql.session.timeZone", "UTC"))?;
        Ok(session)
    }

    fn unreachable(&self, error: &SparkError) -> EngineError {
        let (host, what) = (self.host.clone(), words(error));
        if error.grpc_code.is_some_and(|code| NOT_LET_IN.contains(&code)) {
            EngineError::Refused { host, what }
        } else {
            EngineError::Unreachable { host, what }
        }
    }

    fn user(&self) -> UserContext {
        UserContext { user_id: self.client.user_id().unwrap_or_default().to_owned(), ..UserContext::default() }
    }

    fn analyze(&self, question: Analyze) -> AnalyzePlanRequest {
        AnalyzePlanRequest {
            session_id: self.client.session_id().to_owned(),
            user_context: Some(self.user()),
            analyze: Some(question),
            ..AnalyzePlanRequest::default()
        }
    }

    /// The smallest question.
    async fn version(&self) -> Result<AnalyzePlanResponse, SparkError> {
        // The client's future is large.
        Box::pin(self.client.analyze_plan(self.analyze(Analyze::SparkVersion(SparkVersion::default())))).await
    }

    /// Returns when the server has stopped answering.
    async fn gone(&self) -> String {
        let mut missed = 0;
        loop {
            sleep(PULSE).await;
            match timeout(PULSE_ANSWER, self.version()).await {
                Ok(Ok(_)) => missed = 0,
                // A server that refuses is there.
                Ok(Err(error)) if !error.error_class.is_empty() => missed = 0,
                Ok(Err(error)) => {
                    missed += 1;
                    if missed >= PULSES_MISSED {
                        return words(&error);
                    }
                }
                Err(_) => {
                    missed += 1;
                    if missed >= PULSES_MISSED {
                        return format!(
                            "no sign of life for {} s",
                            (PULSE + PULSE_ANSWER).as_secs() * u64::from(missed)
                        );
                    }
                }
            }
        }
    }

    /// Waits for a call; leaves it when the person cancels or the server is gone.
    fn wait<T>(
        &self,
        progress: &Progress,
        call: impl Future<Output = Result<T, SparkError>>,
    ) -> Result<T, EngineError> {
        let ended = block_on(async {
            tokio::select! {
                biased;
                () = cancelled(progress) => Err(EngineError::Cancelled),
                answer = call => match answer {
                    Ok(answer) => Ok(answer),
                    Err(error) => Err(self.failed(&error).await),
                },
                what = self.gone() => Err(EngineError::Lost { host: self.host.clone(), what }),
            }
        });
        if matches!(ended, Err(EngineError::Cancelled)) {
            // The person waits no longer than it takes to send this.
            let interrupt = async { timeout(FAREWELL, self.client.interrupt_tag(TAG)).await };
            if !matches!(block_on(interrupt), Ok(Ok(_))) {
                log::warn!("{} was not told to stop; its work goes on there until it is done", self.host);
            }
        }
        ended
    }

    /// What a failed call means: the server's own words, or that it is gone.
    async fn failed(&self, error: &SparkError) -> EngineError {
        let (host, what) = (self.host.clone(), words(error));
        if error.grpc_code.is_some_and(|code| NOT_LET_IN.contains(&code)) {
            return EngineError::Refused { host, what };
        }
        // Broken connections come under several codes; whether someone still answers decides.
        let told_by_server = !error.error_class.is_empty();
        if !told_by_server && !matches!(timeout(PULSE_ANSWER, self.version()).await, Ok(Ok(_))) {
            return EngineError::Lost { host, what };
        }
        EngineError::Server { host, message: what }
    }

    fn execute(&self, plan: Plan) -> ExecutePlanRequest {
        ExecutePlanRequest {
            session_id: self.client.session_id().to_owned(),
            user_context: Some(self.user()),
            plan: Some(plan),
            client_type: Some("lakescope".to_owned()),
            tags: vec![TAG.to_owned()],
            ..ExecutePlanRequest::default()
        }
    }

    /// Runs a plan to its end and gives the streams of its answer.
    async fn answer(&self, plan: Plan, progress: &Progress) -> Result<Streams, SparkError> {
        let mut stream = self.client.execute_plan_reattachable(self.execute(plan)).await?;
        let (mut streams, mut bytes, mut tasks): (Streams, usize, u64) = (Vec::new(), 0, 0);
        while let Some(response) = stream.message().await? {
            match response.response_type {
                Some(ResponseType::ArrowBatch(batch)) => {
                    bytes = bytes.saturating_add(batch.data.len());
                    if bytes > MAX_ANSWER_BYTES {
                        return Err(SparkError::value_msg(format!(
                            "the answer is larger than {} MB; ask for fewer rows",
                            MAX_ANSWER_BYTES >> 20
                        )));
                    }
                    streams.push(Box::new(batch.data));
                }
                Some(ResponseType::ExecutionProgress(told)) => tell(&told, &mut tasks, progress),
                _ => {}
            }
        }
        Ok(streams)
    }

    /// Runs a command.
    pub(super) fn run(&self, plan: Plan, progress: &Progress) -> Result<(), EngineError> {
        self.wait(progress, self.answer(plan, progress)).map(drop)
    }

    /// Asks for rows.
    pub(super) fn collect(&self, question: Relation, progress: &Progress) -> Result<Vec<Vec<u8>>, EngineError> {
        let streams = self.wait(progress, self.answer(relations::question(question), progress))?;
        Ok(streams.into_iter().map(|stream| stream.as_ref().as_ref().to_vec()).collect())
    }

    /// Asks how the server would go about it.
    pub(super) fn explain(&self, question: Relation, progress: &Progress) -> Result<String, EngineError> {
        let explain =
            Explain { plan: Some(relations::question(question)), explain_mode: ExplainMode::Formatted.into() };
        let answer = self.wait(progress, self.client.analyze_plan(self.analyze(Analyze::Explain(explain))))?;
        match answer.result {
            Some(analyze_plan_response::Result::Explain(told)) => Ok(told.explain_string),
            _ => Err(EngineError::Answer {
                engine: format!("the engine at {}", self.host),
                what: "it holds no plan".to_owned(),
            }),
        }
    }

    /// Drops views and ends the session. Whether that works changes no answer, and a server that is gone has neither.
    pub(super) fn close(self, views: &[String]) {
        let quiet = Progress::new();
        let views: Vec<Plan> = views.iter().map(|view| relations::drop_view(view)).collect();
        let farewell = async move {
            for view in views {
                if let Err(error) = self.answer(view, &quiet).await {
                    log::debug!("a view stays at {} until its session ends: {error}", self.host);
                }
            }
            if let Err(error) = self.client.release_session().await {
                log::debug!("the session at {} ends by itself: {error}", self.host);
            }
        };
        // On the client's own threads, so that a server that is slow now keeps nobody waiting for long.
        let ended = get_runtime().spawn(farewell);
        let _ = block_on(async { timeout(FAREWELL, ended).await });
    }
}

/// Returns when the person cancels.
async fn cancelled(progress: &Progress) {
    while !progress.is_cancelled() {
        sleep(GLANCE).await;
    }
}

/// The words of an error: those of the server as they are, which hold the position, else those of the client.
fn words(error: &SparkError) -> String {
    let raw = if error.message.is_empty() { error.message() } else { error.message.clone() };
    // What follows is the server's plan, and its stack.
    let end = ["\n\nJVM stacktrace", "\nJVM stacktrace", "\n\tat "].iter().filter_map(|mark| raw.find(mark)).min();
    raw[..end.unwrap_or(raw.len())].trim().to_owned()
}

fn tell(told: &ExecutionProgress, before: &mut u64, progress: &Progress) {
    let sum = |of: fn(&spark_connect_proto::execute_plan_response::execution_progress::StageInfo) -> i64| {
        told.stages.iter().map(|stage| u64::try_from(of(stage)).unwrap_or(0)).sum::<u64>()
    };
    let (all, done) = (sum(|stage| stage.num_tasks), sum(|stage| stage.num_completed_tasks));
    if all > 0 {
        progress.set_total(all);
        progress.add(done.saturating_sub(*before));
        *before = done.max(*before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_server_are_kept_and_its_stack_is_not() {
        let error = SparkError::value_msg("[X] no such column; line 1 pos 7\n\nJVM stacktrace:\nlong\n\tat a.b.C");
        assert_eq!(words(&error), "[X] no such column; line 1 pos 7");
    }
}
