import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { sections } from '../../src/extensions/index.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { canRunHelm, objectsOf, readChartFile, renderChart } from './chart.js';
import { kindGuards } from './kubernetes.js';

const smallest = { keysSecret: 'facestep-keys' };
const fullest = {
  ...smallest,
  image: { digest: `sha256:${'0'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/facestep' } },
  podLabels: { 'azure.workload.identity/use': 'true' },
  podAnnotations: { team: 'identity' },
  persistence: { storageClassName: 'gp3' },
  ingress: { enabled: true, className: 'nginx', annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '52m' } },
  autoscaling: { enabled: true },
  monitoring: { serviceMonitor: true, prometheusRule: true, labels: { release: 'prometheus' } },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
};
const single = { replicaCount: 1, config: { state: { kind: 'sqlite' } } };

const objectGuard = z.discriminatedUnion('kind', kindGuards);
type Kubernetes = z.infer<typeof objectGuard>;

const render = (values: Record<string, unknown>) =>
  objectsOf(renderChart(values)).map((object) => objectGuard.parse(object));

/** The one object of a kind. */
function only<Kind extends Kubernetes['kind']>(objects: Kubernetes[], kind: Kind): Extract<Kubernetes, { kind: Kind }> {
  const [object, ...more] = objects.filter((each) => each.kind === kind);
  expect({ kind, object: object !== undefined, more }).toEqual({ kind, object: true, more: [] });
  return object as Extract<Kubernetes, { kind: Kind }>;
}

const load = (objects: Kubernetes[]) => {
  const { data } = only(objects, 'ConfigMap');
  const pod = only(objects, 'StatefulSet').spec.template.spec;
  const mounts = pod.containers[0]!.volumeMounts;
  return loadConfig({
    env: {
      FACESTEP_CONFIG: '/etc/facestep/facestep.json',
      ...Object.fromEntries(pod.containers[0]!.env.map(({ name, value }) => [name, value])),
    },
    readFile: async (path) => {
      const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
      if (mount === undefined) throw new Error(`nothing is mounted for ${path}`);
      return mount.name === 'config' ? data[path.slice(mount.mountPath.length + 1)]! : 'redis://u:p@redis:6379';
    },
    connectionGuards,
    sections,
  });
};

const withHelm = canRunHelm ? describe : describe.skip;

withHelm.each([
  ['only the required values', smallest],
  ['every value', fullest],
])('the chart with %s', (_, values) => {
  const objects = render(values);
  const set = only(objects, 'StatefulSet');
  const pod = set.spec.template.spec;
  const container = pod.containers[0]!;
  const labels = set.spec.template.metadata.labels;

  test('the chart renders a configuration that the server accepts, with every named file mounted', async () => {
    const config = await load(objects);
    expect(config.host).toBe('0.0.0.0');
    expect(config.stopDelaySec).toBeLessThan(pod.terminationGracePeriodSeconds - 20);
    expect(config.telemetry.metrics).toEqual({
      host: '0.0.0.0',
      port: container.ports.find(({ name }) => name === 'metrics')?.containerPort,
    });
    expect(config.keys).toEqual({ kind: 'local', folder: '/run/facestep-keys' });
  });

  test('the chart renders selectors that match the server’s pods and not the test pod', () => {
    const selectors = objects.flatMap((object): Record<string, string>[] => {
      if (object.kind === 'Service') return [object.spec.selector];
      if (object.kind === 'StatefulSet' || object.kind === 'PodDisruptionBudget')
        return [object.spec.selector.matchLabels];
      return object.kind === 'NetworkPolicy' ? [object.spec.podSelector.matchLabels] : [];
    });
    expect(selectors).toHaveLength(5);
    for (const selector of selectors) {
      expect(labels).toMatchObject(selector);
      expect(only(objects, 'Pod').metadata.labels).not.toMatchObject(selector);
    }
  });
});

withHelm('with Helm', () => {
  test('every value renders an autoscaler without a replica count, an ingress, and Prometheus objects', () => {
    const objects = render(fullest);
    expect(only(objects, 'StatefulSet').spec.replicas).toBeUndefined();
    expect(only(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name).toBe('face-facestep');
    expect(only(objects, 'Ingress').spec.rules[0]!.http.paths[0]!.backend.service.name).toBe('face-facestep');
    const monitor = only(objects, 'ServiceMonitor').spec;
    const watched = objects.filter(
      (object) =>
        object.kind === 'Service' &&
        Object.entries(monitor.selector.matchLabels).every(([name, value]) => object.metadata.labels[name] === value),
    );
    expect(watched.map(({ metadata }) => metadata.name)).toEqual(['face-facestep-replicas']);
    expect(only(objects, 'PrometheusRule').spec.groups.length).toBeGreaterThan(1);
    expect(renderChart(fullest)).toContain('https://face.example.com/docs/runbooks.html#facestepdown');
    expect(renderChart(fullest)).toContain(`registry.example.com/facestep@sha256:${'0'.repeat(64)}`);
  });

  test('one replica needs no shared state store and no shared keys', async () => {
    const objects = render(single);
    expect(only(objects, 'StatefulSet').spec.template.spec.initContainers).toBeUndefined();
    const { state, keys, dataFolder } = await load(objects);
    expect({ state, keys }).toEqual({ state: { kind: 'sqlite' }, keys: { kind: 'local', folder: null } });
    expect(dataFolder).toBe('/var/lib/facestep/data');
  });

  test('each replica that can exist is backed up to the named volume, and none without a name', () => {
    const destination = { persistentVolumeClaim: { claimName: 'backups' } };
    const objects = render({ ...fullest, backup: { destination, keepDays: 30 } });
    const jobs = objects.flatMap((each) => (each.kind === 'CronJob' ? [each] : []));
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(
      [0, 1, 2, 3, 4, 5].map((replica) => `face-facestep-backup-${replica}`),
    );
    const { metadata, spec } = jobs[5]!.spec.jobTemplate.spec.template;
    expect(metadata.labels).not.toMatchObject(only(objects, 'StatefulSet').spec.selector.matchLabels);
    expect(spec.volumes).toContainEqual({ name: 'backups', ...destination });
    const claimName = 'data-face-facestep-5';
    expect(spec.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName } });
    expect(spec.containers[0]!.command.join('\n')).toMatch(/ backup "\/backups\/face-facestep-5\/.*\n.* -mtime \+30 /);
    expect(render(fullest).map(({ kind }) => kind)).not.toContain('CronJob');
  });

  test.each([
    [
      'a separate state store for each of several replicas',
      { ...smallest, config: { state: { kind: 'sqlite' } } },
      /state/,
    ],
    ['separate keys for each of several replicas', {}, /keys/],
    ['separate keys with an autoscaler', { replicaCount: 1, autoscaling: { enabled: true } }, /keys/],
  ])('the chart refuses %s', (_, values, reason) => {
    expect(() => renderChart(values)).toThrow(reason);
  });

  test('the schema accepts exactly the values of the chart, and refuses settings that the chart sets itself', () => {
    const schema = JSON.parse(readChartFile('values.schema.json'));
    expect(Object.keys(schema.properties).filter((name) => name !== 'global')).toEqual(
      Object.keys(parse(readChartFile('values.yaml'))),
    );
    // The chart would overrule the last two in silence.
    for (const wrong of [
      { replicas: 3 },
      { image: { tags: 'x' } },
      { config: { port: 80 } },
      { config: { stopDelaySec: 5 } },
    ])
      expect(() => renderChart({ ...smallest, ...wrong })).toThrow('specifications of the schema');
  });
});
