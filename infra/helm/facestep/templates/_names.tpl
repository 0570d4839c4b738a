{{- define "facestep.name" -}}
{{- if contains "facestep" .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-facestep" (.Release.Name | trunc 43 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- /* By which Services, budgets and policies find the pods: never changed, as a StatefulSet's selector cannot be. */ -}}
{{- define "facestep.selector" -}}
app.kubernetes.io/name: facestep
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "facestep.labels" -}}
{{ include "facestep.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "facestep.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- /* The configuration of all replicas. What the pods are built around wins over the values. */ -}}
{{- define "facestep.config" -}}
{{- $several := or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) -}}
{{- $state := .Values.config.state | default dict -}}
{{- $keys := .Values.config.keys | default (dict "kind" "local") -}}
{{- if and $several (eq ($state.kind | default "sqlite") "sqlite") -}}
{{- fail "several replicas need a shared state store: set config.state to redis or dynamodb, or replicaCount to 1" -}}
{{- end -}}
{{- if and $several (eq $keys.kind "local") (not .Values.keysSecret) -}}
{{- fail "several replicas need the same keys: set keysSecret, or config.keys to a key service" -}}
{{- end -}}
{{- $metrics := dict "host" "0.0.0.0" "port" 9464 -}}
{{- $fixed := dict "host" "0.0.0.0" "stopDelaySec" .Values.stopDelaySec "telemetry" (dict "metrics" $metrics) -}}
{{- if .Values.keysSecret -}}
{{- $fixed = merge $fixed (dict "keys" (dict "folder" "/run/facestep-keys")) -}}
{{- end -}}
{{- /* Helm lays values over those of the chart: what these say of Redis and of the engine inside is of no other kind. */ -}}
{{- $config := .Values.config -}}
{{- if ne ($state.kind | default "redis") "redis" -}}
{{- $config = merge (dict "state" (omit $state "url")) (omit $config "state") -}}
{{- end -}}
{{- $verifier := $config.verifier | default dict -}}
{{- if ne ($verifier.kind | default "embedded") "embedded" -}}
{{- $config = merge (dict "verifier" (omit $verifier "workers")) (omit $config "verifier") -}}
{{- end -}}
{{- merge $fixed $config | toJson -}}
{{- end -}}
