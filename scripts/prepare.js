/**
 * Before the tests: finds Chromium, the software Vulkan drivers and the readers in Python, or installs
 * them where that is possible (Debian, as root), or names the one command that does.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CHROMIUM,
  LAVAPIPE,
  PACKAGES,
  PYTHON,
  PYTHON_ENVIRONMENT,
  PYTHON_PACKAGES,
  SCHEDULER_PACKAGES,
  SCHEDULERS,
  SWIFTSHADER,
} from './system.js';

/**
 * @param {string} command for the shell
 * @returns {Promise<void>} rejects where it fails
 */
function shell(command) {
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`it ended with ${code}: ${command}`));
    });
  });
}

const missing = () => [CHROMIUM, SWIFTSHADER, LAVAPIPE].filter((path) => !existsSync(path));

/** @param {string[]} packages */
const installation = (packages) =>
  `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** @param {string[]} packages */
function install(packages) {
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  return shell(installation(packages));
}

/** Chromium and drivers, without which nothing is tested, and schedulers. */
async function system() {
  if (missing().length > 0) {
    if (!canInstall) {
      fail(`Run this once, then the tests again:\n\n  sudo sh -c '${installation(PACKAGES)}'\n`);
    }
    await install(PACKAGES);
    if (missing().length > 0) fail('The packages are installed, but the files are not there.');
  }
  if (SCHEDULERS.every((path) => existsSync(path))) return;
  try {
    if (!canInstall) throw new Error('only root can install it, on Debian');
    await install(SCHEDULER_PACKAGES);
  } catch (error) {
    console.warn(
      `The tests with Slurm and GNU parallel are left out: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

async function python() {
  if (existsSync(PYTHON)) return;
  const packages = PYTHON_PACKAGES.join(' ');
  console.log(`Installing ${packages} for the tests …`);
  const command =
    `python3 -m venv --clear ${PYTHON_ENVIRONMENT}.new && ` +
    `${PYTHON_ENVIRONMENT}.new/bin/python -m pip install -qq --retries 0 --no-compile --only-binary :all: ` +
    `${packages} && mv ${PYTHON_ENVIRONMENT}.new ${PYTHON_ENVIRONMENT}`;
  try {
    mkdirSync(dirname(PYTHON_ENVIRONMENT), { recursive: true });
    await shell(command);
  } catch {
    console.warn(
      `Tests that read files with Python are left out. They need python3 with venv (Debian: apt-get ` +
        `install python3-venv) and ${packages}. This did not work:\n\n  ${command}\n`,
    );
  }
}

/** @param {string} advice */
function fail(advice) {
  console.error(
    `The tests need these files, which are missing:\n  ${missing().join('\n  ')}\n${advice}`,
  );
  process.exit(1);
}

await Promise.all([system(), python()]);
