import { z } from 'zod';

/*
 * What the tests read of Kubernetes objects, and the "restricted" pod security standard:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const labels = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: labels });
const probe = z.object({ httpGet: z.strictObject({ path: z.string().startsWith('/'), port: z.string() }) });
const volumeMount = z.object({ name, mountPath: z.string().startsWith('/') });
const containerFields = {
  name,
  image: z.string().regex(/^[^:@]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
};
const podFields = {
  automountServiceAccountToken: z.literal(false),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive().optional(),
    fsGroupChangePolicy: z.literal('OnRootMismatch').optional(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
};
const volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, emptyDir: z.strictObject({ medium: z.literal('Memory'), sizeLimit: z.string() }) }),
  // Kubernetes reads YAML 1.1, where 0440 is octal. This parser reads YAML 1.2, where it is 440.
  z.strictObject({ name, secret: z.strictObject({ secretName: name, defaultMode: z.literal(440) }) }),
]);
const server = z.object({
  ...containerFields,
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  volumeMounts: z.array(volumeMount),
});

const object = <Kind extends string, Spec extends z.ZodType>(kind: Kind, spec: Spec) =>
  z.object({ kind: z.literal(kind), metadata: z.object({ name, labels }), spec });

const statefulSet = z.object({
  replicas: z.int().positive().optional(),
  selector,
  template: z.object({
    metadata: z.object({ labels }),
    spec: z.object({
      ...podFields,
      terminationGracePeriodSeconds: z.int().positive(),
      initContainers: z.array(z.object({ ...containerFields, volumeMounts: z.array(volumeMount) })).optional(),
      containers: z.array(server).length(1),
      volumes: z.array(volume),
    }),
  }),
  volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name }) })),
});
const cronJob = z.object({
  schedule: z.string(),
  concurrencyPolicy: z.literal('Forbid'),
  jobTemplate: z.object({
    spec: z.object({
      template: z.object({
        metadata: z.object({ labels }),
        spec: z.object({
          ...podFields,
          containers: z
            .array(z.object({ ...containerFields, command: z.array(z.string()), volumeMounts: z.array(volumeMount) }))
            .length(1),
          volumes: z.array(z.looseObject({ name })),
        }),
      }),
    }),
  }),
});
const networkPolicy = z.object({
  podSelector: selector,
  policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
});
const backend = z.object({ service: z.object({ name }) });
const rule = z.object({ http: z.object({ paths: z.array(z.object({ backend })) }) });

export const kindGuards = [
  z.object({ kind: z.literal('ConfigMap'), metadata: z.object({ name }), data: labels }),
  z.object({
    kind: z.literal('ServiceAccount'),
    metadata: z.object({ name }),
    automountServiceAccountToken: z.literal(false),
  }),
  object('Service', z.object({ selector: labels })),
  object('StatefulSet', statefulSet),
  object('CronJob', cronJob),
  object('PodDisruptionBudget', z.object({ selector })),
  object('HorizontalPodAutoscaler', z.object({ scaleTargetRef: z.object({ name }) })),
  object('NetworkPolicy', networkPolicy),
  object('Ingress', z.object({ rules: z.array(rule) })),
  object('Pod', z.object({ ...podFields, containers: z.array(z.object(containerFields)).length(1) })),
  object('ServiceMonitor', z.object({ selector })),
  object('PrometheusRule', z.object({ groups: z.array(z.unknown()).min(1) })),
] as const;
