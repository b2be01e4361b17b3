/**
 * Before the tests: finds Chromium and the software Vulkan drivers, or installs them where that is
 * possible (Debian, as root), or names the one command that does.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CHROMIUM, LAVAPIPE, PACKAGES, SWIFTSHADER } from './system.js';

const missing = () => [CHROMIUM, SWIFTSHADER, LAVAPIPE].filter((path) => !existsSync(path));

if (missing().length > 0) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`;
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) fail(`Run this once, then the tests again:\n\n  sudo sh -c '${command}'\n`);
  console.log(`Installing ${PACKAGES.join(', ')} for the tests …`);
  execFileSync('sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (missing().length > 0) fail('The packages are installed, but the files are not there.');
}

/** @param {string} advice */
function fail(advice) {
  console.error(
    `The tests need these files, which are missing:\n  ${missing().join('\n  ')}\n${advice}`,
  );
  process.exit(1);
}
