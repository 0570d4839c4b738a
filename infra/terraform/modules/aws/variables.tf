variable "name" {
  description = "Name prefix of all resources. Lower-case letters, digits and hyphens."
  type        = string
  default     = "facestep"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "Expected 3 to 24 lower-case letters, digits and hyphens."
  }
}

variable "image" {
  description = "The image built by infra/docker/Dockerfile, in a registry that the tasks can reach, by digest or by an immutable tag."
  type        = string
  validation {
    condition     = can(regex("^[^\\s:@]+(:[0-9]+)?(/[^\\s:@]+)*(@sha256:[0-9a-f]{64}|:[\\w.-]+)$", var.image)) && !endswith(var.image, ":latest")
    error_message = "Expected an image with a digest, or with a tag other than latest."
  }
}

variable "vpc_id" {
  type        = string
  description = "The VPC of all resources."
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, in at least two availability zones."
  type        = list(string)
  validation {
    condition     = length(var.public_subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two availability zones."
  }
}

variable "private_subnet_ids" {
  description = "Subnets of the tasks, with HTTPS egress to AWS and to your identity provider (NAT gateway or VPC endpoints)."
  type        = list(string)
  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "Expected subnets in two availability zones."
  }
}

variable "certificate_arn" {
  type        = string
  description = "The certificate of public_host, in ACM."
}

variable "public_host" {
  description = "The public host name for providers and browsers. Point it at the output load_balancer_dns_name."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.public_host))
    error_message = "Expected a domain name, without https:// and without a path."
  }
}

variable "connections" {
  description = "The list \"connections\" of the configuration (docs/configuration.md), each with policy.mode. Secrets in it are { env = \"NAME\" }, with NAME in secrets."
  type        = any
  default     = []
}

variable "secrets" {
  description = "ARNs of Secrets Manager secrets, by the environment variable that connections name."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Z][A-Z0-9_]*$", name)) && name != "FACESTEP_ADMIN_KEY"])
    error_message = "Expected names of environment variables, other than FACESTEP_ADMIN_KEY."
  }
}

variable "task_policy_arns" {
  description = "Additional IAM policies of the service, by name, such as the policy of the module cognito."
  type        = map(string)
  default     = {}
}

variable "replicas" {
  description = "Minimum and maximum number of tasks. Scales with the CPU load."
  type        = object({ least = number, most = number })
  default     = { least = 2, most = 6 }
  validation {
    condition     = var.replicas.least >= 2 && var.replicas.most >= var.replicas.least
    error_message = "Expected at least two, and a maximum not below the minimum."
  }
}

variable "cpu" {
  description = "CPU units of a task (1024 per vCPU). The engine runs one worker per vCPU."
  type        = number
  default     = 2048
  validation {
    condition     = contains([1024, 2048, 4096, 8192], var.cpu)
    error_message = "Expected 1024, 2048, 4096 or 8192."
  }
}

variable "memory" {
  description = "Memory of a task, in MiB. Fargate allows 2 to 8 times cpu."
  type        = number
  default     = 4096
  validation {
    condition     = var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "Expected 2 to 8 times cpu."
  }
}

variable "key_administrator_arns" {
  description = "Roles that can administer the KMS keys but not use them. Include the role that runs Terraform: KMS rejects a policy that locks out its author."
  type        = list(string)
  validation {
    condition     = length(var.key_administrator_arns) > 0 && alltrue([for arn in var.key_administrator_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", arn))])
    error_message = "Expected at least one ARN of an IAM role."
  }
}

variable "sealing_key_versions" {
  description = "Versions of the keys that seal tokens. To rotate, add the next number, and set current_sealing_key_version to the previous one until all tasks know the new one. Terraform refuses to destroy a key; to retire one, see docs/keys.md."
  type        = set(number)
  default     = [1]
  validation {
    condition     = length(var.sealing_key_versions) > 0 && alltrue([for each in var.sealing_key_versions : each >= 1 && each <= 65535 && floor(each) == each])
    error_message = "Expected whole numbers from 1 to 65535."
  }
}

variable "current_sealing_key_version" {
  description = "The version that seals new tokens; null means the highest. A task that does not know a version yet treats its tokens as retired. For the two steps, see docs/keys.md."
  type        = number
  default     = null
  validation {
    condition     = var.current_sealing_key_version == null ? true : contains(var.sealing_key_versions, var.current_sealing_key_version)
    error_message = "Expected one of sealing_key_versions."
  }
}

variable "stop_before_start" {
  description = "True for the deployment of another release: all tasks stop before new ones start, because releases cannot run together."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Retention of the CloudWatch log, in days. The log contains no photo, token, secret or address."
  type        = number
  default     = 30
}

variable "backup_retention_days" {
  description = "Days that daily copies of the audit trails are kept."
  type        = number
  default     = 35
}

variable "backup_copy_vault_arn" {
  description = "A backup vault of another region or account that gets a copy of each backup; null means none."
  type        = string
  default     = null
}

variable "alarm_topic_arns" {
  description = "SNS topics that get the alarms. Without one, alarms are only in the console of CloudWatch."
  type        = list(string)
  default     = []
}

variable "denials_an_hour" {
  description = "Denied checks and sign-ins in an hour above which an alarm fires. Set it to three times the denials of a busy hour."
  type        = number
  default     = 100
}
