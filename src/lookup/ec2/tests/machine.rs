use super::super::instance::{Attached, Instance, read};
use super::super::snapshot::{Snapshot, read as snapshot};
use super::item;
use crate::lookup::aws::Element;

fn interface(index: i32, name: &str, further: &str) -> String {
    format!(
        "<item><subnetId>subnet-{name}</subnetId><vpcId>vpc-1</vpcId>\
         <privateIpAddress>10.0.{index}.4</privateIpAddress>\
         <groupSet><item><groupId>sg-{name}</groupId></item></groupSet>\
         <attachment><deviceIndex>{index}</deviceIndex></attachment>{further}</item>"
    )
}

fn machine(interfaces: &str, further: &str) -> Element {
    item(&format!("<networkInterfaceSet>{interfaces}</networkInterfaceSet>{further}"))
}

#[test]
fn the_primary_interface_is_what_counts_and_not_those_of_the_tasks() {
    let profile = "arn:aws:iam::111122223333:instance-profile/ecs";
    let interfaces = interface(1, "task", "") + &interface(0, "host", "");
    let further = format!(
        "<groupSet><item><groupId>sg-machine</groupId></item></groupSet>\
         <iamInstanceProfile><arn>{profile}</arn><id>AIPA1</id></iamInstanceProfile>\
         <instanceType>m7i.large</instanceType>\
         <blockDeviceMapping><item><ebs><volumeId>vol-1</volumeId></ebs></item>\
         <item><deviceName>/dev/sdb</deviceName></item></blockDeviceMapping>"
    );
    let expected = Instance {
        vpc: Some("vpc-1".to_owned()),
        subnet: Some("subnet-host".to_owned()),
        security_groups: vec!["sg-host".to_owned()],
        private_address: Some("10.0.0.4".to_owned()),
        is_public: false,
        profile: Some(profile.to_owned()),
        attached: Some(Attached { kind: "m7i.large".to_owned(), volumes: 1, interfaces: 2 }),
    };
    assert_eq!(read(&machine(&interfaces, &further)), Ok(expected));
}

#[test]
fn an_interface_of_another_card_is_neither_the_primary_one_nor_counted() {
    let second = interface(0, "fast", "")
        .replace("</deviceIndex>", "</deviceIndex><networkCardIndex>1</networkCardIndex>");
    let interfaces = second + &interface(0, "host", "");
    let read = read(&machine(&interfaces, "<instanceType>p5.48xlarge</instanceType>")).unwrap();
    assert_eq!(read.subnet.as_deref(), Some("subnet-host"));
    assert_eq!(read.attached.unwrap().interfaces, 1);
}

#[test]
fn an_associated_address_makes_it_public_and_a_terminated_machine_stands_nowhere() {
    let association = "<association><publicIp>203.0.113.7</publicIp></association>";
    assert!(read(&machine(&interface(0, "host", association), "")).unwrap().is_public);
    assert!(read(&machine("", "<ipAddress>203.0.113.7</ipAddress>")).unwrap().is_public);

    let terminated = read(&item("<instanceId>i-1</instanceId>")).unwrap();
    assert_eq!((terminated.subnet, terminated.vpc, terminated.profile), (None, None, None));
}

#[test]
fn the_time_until_which_a_snapshot_is_restored_is_that_of_any_zone() {
    let given = |time: &str| {
        snapshot(&item(&format!(
            "<status>completed</status><volumeSize>20</volumeSize><encrypted>true</encrypted>\
             <kmsKeyId/><storageTier>archive</storageTier>\
             <restoreExpiryTime>{time}</restoreExpiryTime>"
        )))
    };
    let expected = Snapshot {
        state: "completed".to_owned(),
        size: 20,
        archived: true,
        restored_until: Some("2026-09-19T23:06:28Z".to_owned()),
        owner: None,
        encrypted: true,
        key: None,
    };
    assert_eq!(given("2026-09-19T23:06:28.000Z"), Ok(expected.clone()));
    assert_eq!(given("2026-09-20T01:06:28+02:00"), Ok(expected));
    assert!(given("in a week").is_err());
}
