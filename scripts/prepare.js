/**
 * Before the tests: finds Chromium, the software Vulkan drivers and the readers in Python, or installs
 * them where that is possible (Debian, as root), or names the one command that does.
 */
import { execFileSync } from 'node:child_process';
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

const missing = () => [CHROMIUM, SWIFTSHADER, LAVAPIPE].filter((path) => !existsSync(path));

/** @param {string[]} packages */
const installation = (packages) =>
  `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** @param {string[]} packages */
function install(packages) {
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  execFileSync('sh', ['-c', installation(packages)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

if (missing().length > 0) {
  if (!canInstall) {
    fail(`Run this once, then the tests again:\n\n  sudo sh -c '${installation(PACKAGES)}'\n`);
  }
  install(PACKAGES);
  if (missing().length > 0) fail('The packages are installed, but the files are not there.');
}

if (!SCHEDULERS.every((path) => existsSync(path))) {
  try {
    if (!canInstall) throw new Error('only root can install it, on Debian');
    install(SCHEDULER_PACKAGES);
  } catch (error) {
    console.warn(
      `The tests with Slurm and GNU parallel are left out: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

if (!existsSync(PYTHON)) {
  const packages = PYTHON_PACKAGES.join(' ');
  console.log(`Installing ${packages} for the tests …`);
  const command =
    `python3 -m venv --clear ${PYTHON_ENVIRONMENT}.new && ` +
    `${PYTHON_ENVIRONMENT}.new/bin/python -m pip install -qq --retries 0 --no-compile --only-binary :all: ` +
    `${packages} && mv ${PYTHON_ENVIRONMENT}.new ${PYTHON_ENVIRONMENT}`;
  try {
    mkdirSync(dirname(PYTHON_ENVIRONMENT), { recursive: true });
    execFileSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    console.error(
      `The tests read files with Python, which needs python3 with venv (Debian: apt-get install ` +
        `python3-venv) and ${packages}. This did not work:\n\n  ${command}\n`,
    );
    process.exit(1);
  }
}

/** @param {string} advice */
function fail(advice) {
  console.error(
    `The tests need these files, which are missing:\n  ${missing().join('\n  ')}\n${advice}`,
  );
  process.exit(1);
}
