//! AWS managed policies, in the partition that they are read in.

use serde_json::Value;

use crate::names::Partition;

/// The document of a managed policy. An AWS managed policy is the same in every partition, with ARNs of that
/// partition. Emulators return it with ARNs of another one: they are corrected, so that nothing fails because
/// of that.
pub(crate) fn document(arn: &str, document: &Value, partition: Partition) -> Value {
    match arn.starts_with(&format!("arn:{partition}:iam::aws:")) && partition != Partition::Aws {
        true => moved(document, partition),
        false => document.clone(),
    }
}

fn moved(document: &Value, partition: Partition) -> Value {
    match document {
        Value::String(text) => match text.strip_prefix("arn:aws:") {
            Some(rest) => Value::String(format!("arn:{partition}:{rest}")),
            None => document.clone(),
        },
        Value::Array(items) => items.iter().map(|item| moved(item, partition)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, it)| (name.clone(), moved(it, partition))).collect(),
        ),
        _ => document.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_policy_of_aws_is_of_the_partition_and_one_of_the_customer_stays_as_it_is() {
        let said = json!({"Statement": [{"Resource": ["arn:aws:ec2:*:*:volume/*", "*"]}]});
        let own = "arn:aws-cn:iam::111122223333:policy/own";
        let of_aws = "arn:aws-cn:iam::aws:policy/service-role/Volumes";
        let china = json!({"Statement": [{"Resource": ["arn:aws-cn:ec2:*:*:volume/*", "*"]}]});
        assert_eq!(document(of_aws, &said, Partition::AwsCn), china);
        assert_eq!(document(own, &said, Partition::AwsCn), said);
        assert_eq!(document("arn:aws:iam::aws:policy/Volumes", &said, Partition::Aws), said);
    }
}
