import { z } from 'zod';

/*
 * Schema of the Kubernetes fields that our chart uses. It refuses all other fields, because a cluster would silently
 * drop a misspelled field. Includes the "restricted" pod security standard.
 * https://kubernetes.io/docs/reference/kubernetes-api/,
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

/** RFC 1123 label, required for most object names. */
const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const labels = z.record(z.string().max(316), z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/));
const annotations = z.record(z.string(), z.string());
const metadata = z.strictObject({ name, labels });
const selector = z.strictObject({ matchLabels: labels });
const portNumber = z.int().min(1).max(65_535);
const portName = z.string().regex(/^[a-z]([a-z-]{0,13}[a-z])?$/);
const port = z.union([portName, portNumber]);
const quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ memory: quantity }),
});

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: portName }),
  periodSeconds: z.int().positive(),
  timeoutSeconds: z.int().positive().optional(),
  failureThreshold: z.int().positive().optional(),
});
const seccompProfile = z.strictObject({ type: z.literal('RuntimeDefault') });
const containerSecurity = z.strictObject({
  allowPrivilegeEscalation: z.literal(false),
  readOnlyRootFilesystem: z.literal(true),
  capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
});
const podSecurity = z.strictObject({
  runAsNonRoot: z.literal(true),
  runAsUser: z.int().positive(),
  runAsGroup: z.int().positive(),
  fsGroup: z.int().positive().optional(),
  fsGroupChangePolicy: z.literal('OnRootMismatch').optional(),
  seccompProfile,
});
const volumeMount = z.strictObject({
  name,
  mountPath: z.string().startsWith('/'),
  readOnly: z.literal(true).optional(),
});
const containerFields = {
  name,
  image: z.string().regex(/^[^:@]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  securityContext: containerSecurity,
};
const server = z.strictObject({
  ...containerFields,
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  ports: z.array(z.strictObject({ name: portName, containerPort: portNumber })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources,
  volumeMounts: z.array(volumeMount),
});
const command = z.array(z.string()).min(1);
const volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, emptyDir: z.strictObject({ medium: z.literal('Memory'), sizeLimit: quantity }) }),
  // Kubernetes reads YAML 1.1, where 0440 is octal. This parser reads YAML 1.2, where it is 440.
  z.strictObject({ name, secret: z.strictObject({ secretName: name, defaultMode: z.literal(440) }) }),
]);
const podFields = {
  automountServiceAccountToken: z.literal(false),
  imagePullSecrets: z.array(z.strictObject({ name })).optional(),
  securityContext: podSecurity,
};

const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.record(z.string(), z.string()),
});
const serviceAccount = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ServiceAccount'),
  metadata: metadata.extend({ annotations: annotations.optional() }),
  automountServiceAccountToken: z.literal(false),
});
const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    clusterIP: z.literal('None').optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    selector: labels,
    ports: z.array(z.strictObject({ name: portName, port: portNumber, targetPort: port })),
  }),
});
const statefulSet = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('StatefulSet'),
  metadata,
  spec: z.strictObject({
    replicas: z.int().positive().optional(),
    serviceName: name,
    podManagementPolicy: z.enum(['OrderedReady', 'Parallel']),
    persistentVolumeClaimRetentionPolicy: z.strictObject({
      whenDeleted: z.enum(['Retain', 'Delete']),
      whenScaled: z.enum(['Retain', 'Delete']),
    }),
    selector,
    template: z.strictObject({
      metadata: z.strictObject({ labels, annotations }),
      spec: z.strictObject({
        ...podFields,
        serviceAccountName: name,
        enableServiceLinks: z.boolean(),
        terminationGracePeriodSeconds: z.int().positive(),
        topologySpreadConstraints: z.array(
          z.strictObject({
            maxSkew: z.int().positive(),
            topologyKey: z.string(),
            whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
            labelSelector: selector,
          }),
        ),
        nodeSelector: labels.optional(),
        tolerations: z.array(z.strictObject({ key: z.string(), operator: z.enum(['Exists', 'Equal']) })).optional(),
        initContainers: z
          .array(z.strictObject({ ...containerFields, command, resources, volumeMounts: z.array(volumeMount) }))
          .optional(),
        containers: z.array(server).length(1),
        volumes: z.array(volume),
      }),
    }),
    volumeClaimTemplates: z.array(
      z.strictObject({
        metadata: z.strictObject({ name }),
        spec: z.strictObject({
          accessModes: z.tuple([z.literal('ReadWriteOnce')]),
          storageClassName: z.string().optional(),
          resources: z.strictObject({ requests: z.strictObject({ storage: quantity }) }),
        }),
      }),
    ),
  }),
});
const disruptionBudget = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.strictObject({ maxUnavailable: z.union([z.int(), z.string()]), selector }),
});
const autoscaler = z.strictObject({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({
      apiVersion: z.literal('apps/v1'),
      kind: z.literal('StatefulSet'),
      name,
    }),
    minReplicas: z.int().positive(),
    maxReplicas: z.int().positive(),
    metrics: z.array(
      z.strictObject({
        type: z.literal('Resource'),
        resource: z.strictObject({
          name: z.enum(['cpu', 'memory']),
          target: z.strictObject({ type: z.literal('Utilization'), averageUtilization: z.int().positive() }),
        }),
      }),
    ),
    behavior: z.strictObject({ scaleDown: z.strictObject({ stabilizationWindowSeconds: z.int().max(3600) }) }),
  }),
});

const policyPorts = z.array(z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port }));
const peer = z.union([
  z.strictObject({ namespaceSelector: selector }),
  z.strictObject({ podSelector: selector }),
  z.strictObject({ ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()) }) }),
]);
const networkPolicy = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
    ingress: z.array(z.strictObject({ from: z.array(peer).min(1), ports: policyPorts })),
    egress: z.array(z.strictObject({ to: z.array(peer).min(1), ports: policyPorts })),
  }),
});
const ingress = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('Ingress'),
  metadata: metadata.extend({ annotations: annotations.optional() }),
  spec: z.strictObject({
    ingressClassName: z.string().optional(),
    tls: z.array(z.strictObject({ hosts: z.array(z.string()), secretName: name })).min(1),
    rules: z.array(
      z.strictObject({
        host: z.string(),
        http: z.strictObject({
          paths: z.array(
            z.strictObject({
              path: z.string(),
              pathType: z.enum(['Prefix', 'Exact']),
              backend: z.strictObject({
                service: z.strictObject({ name, port: z.strictObject({ name: portName }) }),
              }),
            }),
          ),
        }),
      }),
    ),
  }),
});
const pod = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Pod'),
  metadata: metadata.extend({ annotations }),
  spec: z.strictObject({
    ...podFields,
    restartPolicy: z.literal('Never'),
    containers: z.array(z.strictObject({ ...containerFields, command })).length(1),
  }),
});
const serviceMonitor = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('ServiceMonitor'),
  metadata,
  spec: z.strictObject({
    selector,
    endpoints: z.array(z.strictObject({ port: portName, path: z.literal('/metrics'), interval: z.string() })),
  }),
});
const prometheusRule = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PrometheusRule'),
  metadata,
  spec: z.strictObject({ groups: z.array(z.unknown()).min(1) }),
});

export const kindGuards = [
  ...([configMap, serviceAccount, service, statefulSet, disruptionBudget, autoscaler] as const),
  ...([networkPolicy, ingress, pod, serviceMonitor, prometheusRule] as const),
] as const;
