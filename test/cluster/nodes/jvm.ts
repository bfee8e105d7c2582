/** Starts the JVM of one node, apart from the process that asked: it lives on when that ends. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jarDirectory } from './jars.js';
import { logFile, nodeDirectory, pidFile, templates } from './places.js';
import { jmxPortOf, type Settings } from './settings.js';

/** Cassandra reaches into these; from the `jvm17-server.options` of its release. */
const opened = [
  ...['java.base/java.io', 'java.base/java.lang', 'java.base/java.lang.module'],
  ...['java.base/java.lang.reflect', 'java.base/java.math', 'java.base/java.net'],
  ...['java.base/java.nio', 'java.base/java.util', 'java.base/java.util.concurrent'],
  ...['java.base/java.util.concurrent.atomic', 'java.base/jdk.internal.loader'],
  ...['java.base/jdk.internal.math', 'java.base/jdk.internal.module'],
  ...['java.base/jdk.internal.ref', 'java.base/jdk.internal.reflect'],
  ...['java.base/jdk.internal.util.jar', 'java.base/sun.nio.ch'],
  ...['jdk.compiler/com.sun.tools.javac', 'jdk.management/com.sun.management.internal'],
];
const exported = [
  ...['java.base/java.lang.ref', 'java.base/jdk.internal.misc', 'java.base/jdk.internal.ref'],
  ...['java.base/sun.nio.ch', 'java.management.rmi/com.sun.jmx.remote.internal.rmi'],
  ...['java.rmi/sun.rmi.registry', 'java.rmi/sun.rmi.server', 'java.sql/java.sql'],
  ...['jdk.attach/sun.tools.attach', 'jdk.compiler/com.sun.tools.javac.file'],
  'jdk.unsupported/sun.misc',
];

/** Values of 16 MiB, four at a time, kept a heap of 512 MiB in full collections. */
const jits = {
  c1: ['-XX:TieredStopAtLevel=1', '-Xmx1g', '-XX:ReservedCodeCacheSize=96m'],
  full: ['-Xmx800m'],
};

function flagsOf(node: number, settings: Settings): string[] {
  const directory = nodeDirectory(node);
  const agent = readdirSync(jarDirectory).find((file) => file.startsWith('jamm-'));
  if (agent === undefined) throw new Error(`${jarDirectory} has no jamm-*.jar: remove it`);
  return [
    `-javaagent:${join(jarDirectory, agent)}`,
    ...opened.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    ...exported.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
    // As root, Cassandra locks its heap into memory: all of -Xms would be resident at once.
    ...['-Xms64m', '-Xss384k', '-XX:MaxDirectMemorySize=256m', '-XX:MaxMetaspaceSize=192m'],
    ...['-XX:+UseSerialGC', '-XX:+PerfDisableSharedMem', '-XX:+ExitOnOutOfMemoryError'],
    ...jits[settings.jit],
    ...['-Djdk.attach.allowAttachSelf=true', '-Djava.net.preferIPv4Stack=true'],
    ...['-Djna.nosys=true', '-Dio.netty.tryReflectionSetAccessible=true'],
    `-Dcassandra.config=file://${directory}/cassandra.yaml`,
    `-Dcassandra.storagedir=${directory}`,
    `-Dcassandra.logdir=${directory}`,
    `-Dlogback.configurationFile=${join(templates, 'logback.xml')}`,
    `-Dcassandra.jmx.local.port=${jmxPortOf(node)}`,
    '-Dcassandra-foreground=yes',
    // Nothing moves on this ring, so the waits of a joining node are for nothing.
    ...['-Dcassandra.ring_delay_ms=1000', '-Dcassandra.skip_wait_for_gossip_to_settle=0'],
    ...['-Dcassandra.superuser_setup_delay_ms=0', '-Dcassandra.available_processors=2'],
    // Else each start spends a quarter of its CPU on measuring this.
    '-Dcassandra.memtable.row_overhead_size=180',
    ...['-cp', `${directory}:${jarDirectory}/*`],
    'org.apache.cassandra.service.CassandraDaemon',
  ];
}

/** How a node's command line is told from any other: by its own directory. */
export const markOf = (node: number): string => `-Dcassandra.storagedir=${nodeDirectory(node)}\0`;

export function launch(node: number, settings: Settings, javaHome: string): void {
  // These would change the heap, or add lines to what is parsed.
  const { JAVA_TOOL_OPTIONS: _, JDK_JAVA_OPTIONS: __, ...env } = process.env;
  const log = openSync(logFile(node), 'a');
  const child = spawn(join(javaHome, 'bin/java'), flagsOf(node, settings), {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: nodeDirectory(node),
    env,
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`could not run ${javaHome}/bin/java`);
  writeFileSync(pidFile(node), String(child.pid));
}
