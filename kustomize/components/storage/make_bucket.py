"""Make the bucket that SGN_REGISTRY_URL names; one that is there already is left as it is."""

import os
import sys
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

PRESENT = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def main() -> int:
    """The exit status: 1 where the storage does not answer, so that the Job tries again."""
    bucket = urlsplit(os.environ["SGN_REGISTRY_URL"]).netloc
    try:
        boto3.client("s3", endpoint_url=os.environ["SGN_S3_ENDPOINT_URL"]).create_bucket(
            Bucket=bucket
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in PRESENT:
            print(f"The bucket {bucket} could not be made: {error}", file=sys.stderr)
            return 1
    except BotoCoreError as error:
        print(f"The storage does not answer yet: {error}", file=sys.stderr)
        return 1
    print(f"The bucket {bucket} is there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
