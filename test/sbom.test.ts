/** `npm run sbom` lists what a user of the package runs, and no tool of ours. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const home = fileURLToPath(new URL('..', import.meta.url));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly unknown[];
}

it('has each dependency with its version and licence, and no development dependency', () => {
  const text = execFileSync('npm', ['run', '-s', 'sbom'], { cwd: home, encoding: 'utf8' });
  const bom = JSON.parse(text) as { bomFormat: string; components: readonly Component[] };
  const { dependencies, devDependencies, packages } = {
    ...JSON.parse(readFileSync(`${home}/package.json`, 'utf8')),
    ...JSON.parse(readFileSync(`${home}/package-lock.json`, 'utf8')),
  };
  expect(bom.bomFormat).toBe('CycloneDX');
  const component = (name: string) => bom.components.find((one) => one.name === name);
  for (const name of Object.keys(dependencies)) {
    expect(component(name)?.version, name).toBe(packages[`node_modules/${name}`].version);
    expect(component(name)?.licenses, name).not.toEqual([]);
  }
  const tools = Object.keys(devDependencies).filter((name) => packages[`node_modules/${name}`].dev);
  expect(tools).toContain('vitest');
  expect(tools.filter(component)).toEqual([]);
});
