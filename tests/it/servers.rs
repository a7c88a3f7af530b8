//! Servers of Spark Connect for tests, ended when dropped.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::tools::{skipped, tools};

/// A server, or what belongs to it.
pub(crate) struct Server {
    children: Vec<Child>,
    port: u16,
    /// Its logs and working files.
    folder: tempfile::TempDir,
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn answers(port: u16) -> bool {
    TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), Duration::from_millis(200)).is_ok()
}

impl Server {
    fn new() -> Self {
        Self { children: Vec::new(), port: free_port(), folder: tempfile::tempdir().unwrap() }
    }

    /// Starts a program and waits until a port answers.
    fn start(&mut self, command: &mut Command, log: &str, port: Option<u16>) {
        let path = self.folder.path().join(log);
        let out = File::create(&path).unwrap();
        let errors = out.try_clone().unwrap();
        let child = command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(out).stderr(errors).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let began = Instant::now();
        while port.is_some_and(|port| !answers(port)) {
            let ended = child.try_wait().unwrap();
            let told = || std::fs::read_to_string(&path).unwrap_or_default();
            assert!(ended.is_none(), "{log} ended: {}", told());
            assert!(began.elapsed() < Duration::from_mins(2), "{log} does not answer: {}", told());
            std::thread::sleep(Duration::from_millis(50));
        }
        self.children.push(child);
    }

    /// The light server; `None` when it is not installed and tests may be skipped.
    #[track_caller]
    pub(crate) fn sail() -> Option<Self> {
        let server = Self::sail_if_installed();
        if server.is_none() {
            skipped("needs the server of tests/py/sail.txt; `make test` installs it when pip can");
        }
        server
    }

    /// The light server, for a test that does without it, too.
    pub(crate) fn sail_if_installed() -> Option<Self> {
        let program = tools().map(|tools| tools.join("sail/bin/sail")).filter(|program| program.exists())?;
        let mut server = Self::new();
        server.run_sail(&program);
        Some(server)
    }

    fn run_sail(&mut self, program: &Path) {
        let port = self.port;
        let mut command = Command::new(program);
        command.args(["spark", "server", "--ip", "127.0.0.1", "--port", &port.to_string()]);
        self.start(&mut command, "sail.log", Some(port));
    }

    /// The light server again at the same address, after [`Self::kill`].
    pub(crate) fn sail_again(&mut self) {
        self.run_sail(&tools().unwrap().join("sail/bin/sail"));
    }

    /// Apache Spark: a master, two workers and a server of Spark Connect.
    #[track_caller]
    pub(crate) fn spark() -> Option<Self> {
        let home = tools().and_then(|tools| spark_home(&tools));
        let Some(home) = home else {
            skipped("needs the Apache Spark of tests/py/spark.txt; `make test-spark` installs it when pip can");
            return None;
        };
        if !Command::new("java").arg("-version").output().is_ok_and(|told| told.status.success()) {
            skipped("needs Java 17 or newer; `make test-spark` installs it when apt can");
            return None;
        }
        let mut server = Self::new();
        let (master, connect) = (free_port(), server.port);
        let here = "127.0.0.1";
        let url = format!("spark://{here}:{master}");
        let class = |arguments: &[&str]| {
            let mut command = Command::new(home.join("bin/spark-class"));
            command.env("SPARK_HOME", &home).env("SPARK_LOCAL_IP", here).args(arguments);
            // What is at rest needs little.
            command.env("SPARK_DAEMON_MEMORY", "256m");
            command
        };
        let (port, ui) = (master.to_string(), free_port().to_string());
        let arguments = ["org.apache.spark.deploy.master.Master", "--host", here, "--port", &port, "--webui-port", &ui];
        server.start(&mut class(&arguments), "master.log", Some(master));
        for worker in ["worker-1", "worker-2"] {
            let folder = server.folder.path().join(worker).display().to_string();
            let mut arguments = vec!["org.apache.spark.deploy.worker.Worker", "--host", here, "--cores", "1"];
            arguments.extend(["--memory", "1200m", "--webui-port", "0", "--work-dir", &folder, &url]);
            server.start(&mut class(&arguments), &format!("{worker}.log"), None);
        }
        let mut command = Command::new(home.join("bin/spark-submit"));
        command.env("SPARK_HOME", &home).env("SPARK_LOCAL_IP", here);
        command.args(["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--name", "connect"]);
        command.args(["--master", &url, "--driver-memory", "1500m", "--executor-memory", "1g"]);
        for setting in [
            "spark.connect.grpc.binding.address=127.0.0.1",
            &format!("spark.connect.grpc.binding.port={connect}"),
            "spark.driver.host=127.0.0.1",
            "spark.ui.enabled=false",
            "spark.sql.shuffle.partitions=4",
            "spark.sql.session.timeZone=UTC",
        ] {
            command.args(["--conf", setting]);
        }
        server.start(&mut command, "connect.log", Some(connect));
        Some(server)
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("sc://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        for child in self.children.iter_mut().rev() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        self.children.clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where pip put Spark, whatever the version of Python.
fn spark_home(tools: &Path) -> Option<PathBuf> {
    let libraries = std::fs::read_dir(tools.join("spark/lib")).ok()?;
    libraries
        .flatten()
        .map(|entry| entry.path().join("site-packages/pyspark"))
        .find(|home| home.join("bin/spark-class").exists())
}
