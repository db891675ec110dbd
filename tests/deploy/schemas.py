"""Strict validation: Kubernetes' own kinds by its schemas, the rest by what we use of it.

The schemas of custom kinds take the fields named here and no others, so that a misspelt one is
found; a field that we come to use is added.
"""

from typing import Any

import jsonschema
import kubernetes_validate
from kubernetes_validate import ValidationError

from tests.deploy.rendered import Object

VERSION = "1.32"
TEXT, NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0}


def fields(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def several(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


def trigger(kind: str, required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """What KEDA counts, by one of its scalers."""
    return fields(
        {
            "type": {"const": kind},
            "metadata": fields(required, **optional),
            "authenticationRef": fields({"name": TEXT}),
        }
    )


TEXTS = {"type": "object", "additionalProperties": TEXT}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
DURATION = {"type": "string", "pattern": r"^([0-9]{1,5}(h|m|s|ms)){1,4}$"}
GATEWAY = "gateway.networking.k8s.io/v1"
SPECS = {
    (GATEWAY, "Gateway"): fields(
        {
            "gatewayClassName": TEXT,
            "listeners": several(
                fields(
                    {
                        "name": TEXT,
                        "port": PORT,
                        "protocol": {"enum": ["HTTP", "HTTPS", "TLS", "TCP", "UDP"]},
                    },
                    hostname=TEXT,
                    tls=fields(
                        {"certificateRefs": several(fields({"name": TEXT}))},
                        mode={"enum": ["Terminate", "Passthrough"]},
                    ),
                    allowedRoutes=fields(
                        {"namespaces": fields({"from": {"enum": ["All", "Selector", "Same"]}})}
                    ),
                )
            ),
        }
    ),
    (GATEWAY, "HTTPRoute"): fields(
        {
            "parentRefs": several(fields({"name": TEXT}, sectionName=TEXT)),
            "rules": several(
                fields(
                    {},
                    matches=several(
                        fields(
                            {
                                "path": fields(
                                    {
                                        "type": {"enum": ["Exact", "PathPrefix"]},
                                        "value": TEXT,
                                    }
                                )
                            }
                        )
                    ),
                    filters=several(
                        fields(
                            {
                                "type": {"const": "RequestRedirect"},
                                "requestRedirect": fields(
                                    {"scheme": {"enum": ["http", "https"]}},
                                    statusCode={"enum": [301, 302]},
                                ),
                            }
                        )
                    ),
                    timeouts=fields({}, request=DURATION, backendRequest=DURATION),
                    backendRefs=several(fields({"name": TEXT, "port": PORT})),
                )
            ),
        },
        hostnames=several(TEXT),
    ),
    ("keda.sh/v1alpha1", "ScaledJob"): fields(
        {
            "jobTargetRef": {"type": "object"},  # by the schema of a Job
            "triggers": several(
                {
                    "oneOf": [
                        trigger(
                            "mysql",
                            {"query": TEXT, "queryValue": TEXT},
                            activationQueryValue=TEXT,
                        ),
                        trigger(
                            "redis",
                            {"address": TEXT, "listName": TEXT, "listLength": TEXT},
                            activationListLength=TEXT,
                        ),
                    ]
                }
            ),
        },
        pollingInterval=NUMBER,
        minReplicaCount=NUMBER,
        maxReplicaCount=NUMBER,
        successfulJobsHistoryLimit=NUMBER,
        failedJobsHistoryLimit=NUMBER,
        rollout=fields({"strategy": {"enum": ["default", "gradual"]}}),
        scalingStrategy=fields({"strategy": {"enum": ["default", "custom", "accurate", "eager"]}}),
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): fields(
        {"secretTargetRef": several(fields({"parameter": TEXT, "name": TEXT, "key": TEXT}))}
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): fields(
        {
            "selector": fields({"matchLabels": TEXTS}),
            "endpoints": several(fields({"port": TEXT}, path=TEXT, interval=TEXT)),
        }
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): fields(
        {
            "groups": several(
                fields(
                    {
                        "name": TEXT,
                        "rules": several(
                            fields(
                                {
                                    "alert": TEXT,
                                    "expr": TEXT,
                                    "labels": TEXTS,
                                    "annotations": TEXTS,
                                },
                                **{"for": TEXT},
                            )
                        ),
                    }
                )
            )
        }
    ),
}


def complaint(each: Object) -> str:
    """What is wrong with an object by its schema; "" if nothing."""
    spec = SPECS.get((each["apiVersion"], each["kind"]))
    try:
        if spec is None:
            kubernetes_validate.validate(each, VERSION, strict=True)
            return ""
        jsonschema.validate(each["spec"], spec)
        if each["kind"] == "ScaledJob":
            job = {"apiVersion": "batch/v1", "kind": "Job", "spec": each["spec"]["jobTargetRef"]}
            kubernetes_validate.validate(job, VERSION, strict=True)
    except (ValidationError, jsonschema.ValidationError) as error:
        path = ".".join(str(part) for part in error.path)
        return f"{each['kind']} {each['metadata']['name']}: {path}: {error.message}"
    return ""
